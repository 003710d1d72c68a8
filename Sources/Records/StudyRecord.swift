/// `study.json`: a study as it stands, its runs and what became of its claims.
public struct StudyRecord: Codable, Sendable, Equatable {
  /// The meaning of the file's keys; raised when a meaning changes, not when keys are added.
  ///
  /// Schema 1 had claims whose verdict 'supported' may rest on an uncorrected p.
  public static let currentSchema = 2

  /// A configuration key that the study varies, with its values in order.
  public struct Axis: Codable, Sendable, Equatable {
    /// The configuration key.
    public var key: String
    /// Its values.
    public var values: [JSONValue]

    /// An axis.
    public init(key: String, values: [JSONValue]) {
      self.key = key
      self.values = values
    }
  }

  /// One run of the grid.
  public struct Run: Codable, Sendable, Equatable {
    /// Whether the run is done.
    public enum Status: String, Codable, Sendable {
      case pending, running, finished, failed
    }

    /// The run's name within the study and its folder's under `runs/`.
    public var key: String
    /// Its value on each axis, by the axis' key.
    public var settings: [String: JSONValue]
    /// Whether it is done.
    public var status: Status
    /// Why it failed, in one line.
    public var failure: String?

    /// A run of the grid.
    public init(
      key: String, settings: [String: JSONValue], status: Status, failure: String? = nil
    ) {
      self.key = key
      self.settings = settings
      self.status = status
      self.failure = failure
    }
  }

  /// The schema the record is written with.
  public var schema: Int
  /// The study's name.
  public var name: String
  /// What it asks, for people.
  public var question: String?
  /// Whether it is the smaller study of `--quick`; absent when it is not.
  public var isQuick: Bool?
  /// What it varies, in the file's order, the seed included.
  public var axes: [Axis]
  /// Its runs in their order.
  public var runs: [Run]
  /// Its claims in the file's order.
  public var claims: [ClaimRecord]

  /// A study as it stands.
  public init(
    name: String, question: String? = nil, isQuick: Bool? = nil, axes: [Axis], runs: [Run],
    claims: [ClaimRecord] = []
  ) {
    self.schema = Self.currentSchema
    self.name = name
    self.question = question
    self.isQuick = isQuick
    self.axes = axes
    self.runs = runs
    self.claims = claims
  }

  enum CodingKeys: String, CodingKey {
    case schema, name, question, axes, runs, claims
    case isQuick = "quick"
  }
}

extension StudyRecord {
  /// Reads a record of this schema or an earlier one, whose claims then have today's words.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let written = try container.decode(Int.self, forKey: .schema)
    schema = Self.currentSchema
    name = try container.decode(String.self, forKey: .name)
    question = try container.decodeIfPresent(String.self, forKey: .question)
    isQuick = try container.decodeIfPresent(Bool.self, forKey: .isQuick)
    axes = try container.decode([Axis].self, forKey: .axes)
    runs = try container.decode([Run].self, forKey: .runs)
    claims = try container.decode([ClaimRecord].self, forKey: .claims)
    guard written < 2 else { return }
    for index in claims.indices { claims[index].readAsOfSchema1() }
  }
}
