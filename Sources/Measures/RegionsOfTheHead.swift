import Geometry
import Records
import Torch

/// The pieces on which a head of ReLUs is affine: how many the data lie in, and who shares one.
struct RegionsOfTheHead: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    func descriptor(
      _ key: String, _ name: String, _ form: FigureForm, _ meaning: String
    ) -> FigureDescriptor {
      FigureDescriptor(
        key: key, name: name, group: .plane, place: .encoder, form: form, meaning: meaning)
    }
    return [
      descriptor(
        "head_regions", "Regions of the head", .count,
        "in how many pieces on which a head of ReLUs is affine, its patterns of active units, the samples lie"
      ),
      descriptor(
        "head_regions.same_sample", "Views that share a region", .general,
        "share of samples whose two views lie in one region"),
      descriptor(
        "head_regions.two_samples", "Samples that share a region", .general,
        "share of pairs of views of two samples that lie in one region"),
      descriptor(
        "head_regions.rank", "Rank in a region", .rank,
        "mean rank of the affine map of a sample's region: singular values that stand out of float32's rounding"
      ),
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let (head, place) = (model.measured.head, subject.placeOfH)
    guard let patterns = head.activationPattern(at: try subject.embeddings()[place]) else { return }
    let pair = try subject.pairs()[place]
    let views = pair.flatMap { pair in
      head.activationPattern(at: pair.first).flatMap { first in
        head.activationPattern(at: pair.second).map { (first: first, second: $0) }
      }
    }
    let regions = try HeadRegions(of: patterns, views: views)
    let plain = Convention(
      centered: false, rowNormalized: false,
      n: subject.count(patterns.size(0), beside: figures[place]))
    figures[place].record(Double(regions.count), as: "head_regions", plain)
    var ofViews = plain
    ofViews.views = 2
    for (key, share) in [
      "same_sample": regions.sameSample, "two_samples": regions.twoSamples,
    ] {
      if let share { figures[place].record(share, as: "head_regions.\(key)", ofViews) }
    }
    guard let ranks = try model.projectorGeometry()?.localRanks, !ranks.isEmpty else { return }
    figures[place].record(
      Double(ranks.reduce(0, +)) / Double(ranks.count), as: "head_regions.rank",
      Convention(
        centered: false, rowNormalized: false,
        n: subject.count(ranks.count, beside: figures[place])))
  }
}
