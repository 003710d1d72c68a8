import Contrastive
import Testing
import Torch
import TorchNN

@Suite struct ObjectiveChoiceTests {
  @Test(
    arguments: [
      ("nt-xent", .ntXent(similarity: .cosine, learnsTemperature: false, tile: nil)),
      ("nt-xent,dot,learned", .ntXent(similarity: .dot, learnsTemperature: true, tile: nil)),
      ("nt-xent,tiled", .ntXent(similarity: .cosine, learnsTemperature: false, tile: 512)),
      ("nt-xent,tile=64", .ntXent(similarity: .cosine, learnsTemperature: false, tile: 64)),
      ("dcl", .decoupled), ("spectral", .spectral), ("supcon", .supervised), ("t-kernel", .tKernel),
      ("moco:4096", .momentumContrast(queueLength: 4096, momentum: 0.999)),
      ("moco:64,momentum=0.9", .momentumContrast(queueLength: 64, momentum: 0.9)),
      (
        "alignment-uniformity,weight=0.5",
        .alignmentUniformity(AlignmentUniformity(sharpness: 2, weight: 0.5))
      ),
      ("sigreg", .sigReg(slices: 1024, weight: 0.05)),
      ("sigreg,slices=64,weight=0.5", .sigReg(slices: 64, weight: 0.5)),
      ("vicreg,covariance=4.0", .vicReg(VICReg(invariance: 25, variance: 25, covariance: 4))),
      ("barlow-twins,redundancy=0.1", .barlowTwins(BarlowTwins(redundancy: 0.1))),
      ("byol", .byol(predictor: nil, momentum: 0.99)),
      ("simsiam,predictor=8", .simSiam(predictor: 8)),
    ] as [(String, ObjectiveChoice)])
  func anObjectiveIsReadAndBuilt(_ text: String, _ choice: ObjectiveChoice) throws {
    #expect(try ObjectiveChoice(parsing: text) == choice)
    #expect(choice.description == text)
    let objective = Initializer.seeded(by: 1) { choice.objective(dimension: 6, temperature: 0.1) }
    #expect(choice.isTrained == !(objective.module?.parameters.isEmpty ?? true))
    #expect(objective.needsLabels == (text == "supcon"))
    #expect((objective.targetMomentum != nil) == ["moco", "byol"].contains { text.hasPrefix($0) })
    #expect(
      (objective.secondOrderObstacle != nil) == (text.hasPrefix("moco") || text.contains("tile")))
  }

  @Test(
    arguments: [
      (
        "nt-xent,tile=64,learned,dot",
        "nt-xent,dot,learned,tile=64", .ntXent(similarity: .dot, learnsTemperature: true, tile: 64)
      ),
      (
        "nt-xent,tile=512", "nt-xent,tiled",
        .ntXent(similarity: .cosine, learnsTemperature: false, tile: 512)
      ),
      ("moco:64,momentum=0.999", "moco:64", .momentumContrast(queueLength: 64, momentum: 0.999)),
      (
        "alignment-uniformity,weight=0.1,sharpness=3",
        "alignment-uniformity,sharpness=3.0,weight=0.1",
        .alignmentUniformity(AlignmentUniformity(sharpness: 3, weight: 0.1))
      ),
      (
        "vicreg,invariance=1e-7,variance=0,covariance=1e300",
        "vicreg,invariance=1e-07,variance=0.0,covariance=1e+300",
        .vicReg(VICReg(invariance: 1e-7, variance: 0, covariance: 1e300))
      ),
      (
        "barlow-twins,redundancy=0.30000000000000004", nil,
        .barlowTwins(BarlowTwins(redundancy: 0.1 + 0.2))
      ),
      (
        "byol,momentum=1,predictor=8", "byol,predictor=8,momentum=1.0",
        .byol(predictor: 8, momentum: 1)
      ),
    ] as [(String, String?, ObjectiveChoice)])
  func allSpellingsOfAnObjectiveHaveOneDescription(
    _ text: String, _ description: String?, _ choice: ObjectiveChoice
  ) throws {
    #expect(try ObjectiveChoice(parsing: text) == choice)
    #expect(choice.description == description ?? text)
    #expect(try ObjectiveChoice(parsing: choice.description) == choice)
    #expect(Set([choice, try ObjectiveChoice(parsing: choice.description)]).count == 1)
  }

  @Test func anErrorHoldsWhatWasWrongAsData() throws {
    func problem(_ text: String) -> NotationError.Problem? {
      #expect(throws: NotationError.self) { try ObjectiveChoice(parsing: text) }?.problem
    }
    #expect(problem("simclr,dot") == .unknownName("simclr"))
    #expect(problem("dcl:3") == .unexpectedArgument(of: "dcl"))
    #expect(problem("dcl,dot") == .unknownOption("dot", of: "dcl"))
    #expect(
      problem("byol,momentum=2") == .notANumber("2", of: "momentum", range: 0...1))
    #expect(
      problem("moco:many")
        == .notAWholeNumber("many", of: "the queue's length", range: 1...1_000_000))
    // Of so many not one step's products are held.
    #expect(
      problem("sigreg,slices=100000000")
        == .notAWholeNumber("100000000", of: "slices", range: 1...100_000))
    let error = #expect(throws: NotationError.self) { try ObjectiveChoice(parsing: "sim\nclr") }
    #expect(error?.kind == .objective && error?.text == "sim\nclr")
    #expect(error?.forms == ObjectiveChoice.forms)
    #expect(error?.description.hasPrefix("objective 'sim\\nclr' is not understood: use ") == true)
  }

  @Test(arguments: [
    "", "simclr", "nt-xent:0.1", "nt-xent,euclidean", "nt-xent,tile=0", "moco", "moco:0", "moco:-8",
    "moco:64,momentum=2", "vicreg,variance=-1", "vicreg,variance=inf", "barlow-twins,redundancy=x",
    "sigreg,slices=0", "sigreg,weight=2",
    "byol,predictor=0", "dcl,dot", "spectral,", "byol,predictor=4,predictor=5",
  ])
  func whatIsNotAnObjective(_ text: String) {
    let error = #expect(throws: NotationError.self) { try ObjectiveChoice(parsing: text) }
    #expect(error?.description.hasPrefix("objective '\(text)' is not understood: ") == true)
    #expect(error?.description.contains("\n") == false)
  }
}
