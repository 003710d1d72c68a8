import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

@Suite struct LossPlacesTests {
  @Test(
    arguments: [
      ("nt-xent@h", "nt-xent@h"), ("nt-xent@both,dot", "nt-xent@both,dot"),
      ("nt-xent@z,learned", "nt-xent,learned"), ("moco:64@z", "moco:64"),
      ("vicreg,variance@h", "vicreg,variance@h"),
      ("vicreg,covariance@h,variance@h", "vicreg@h,invariance@z"),
      ("vicreg,invariance@h,covariance@h,variance@h", "vicreg@h"),
      ("vicreg@h,variance@z,covariance@z,invariance@z", "vicreg"),
      ("vicreg@both,variance=2,variance@h", "vicreg@both,variance=2.0,variance@h"),
      ("vicreg,variance@h,covariance@both", "vicreg,variance@h,covariance@both"),
      ("barlow-twins,redundancy=0.1,redundancy@h", "barlow-twins,redundancy=0.1,redundancy@h"),
      ("barlow-twins@h,redundancy@z", "barlow-twins,diagonal@h"),
      ("sigreg@both,invariance@z", "sigreg,normality@both"),
      ("alignment-uniformity,uniformity@h", "alignment-uniformity,uniformity@h"),
    ])
  func allSpellingsOfAPlaceHaveOneShortestDescription(_ text: String, _ shortest: String) throws {
    let choice = try ObjectiveChoice(parsing: text)
    #expect(choice.description == shortest)
    #expect(try ObjectiveChoice(parsing: shortest) == choice)
  }

  @Test(
    arguments: [
      ("byol@h", "byol cannot stand at h: its predictor is made for z and learned with the head"),
      (
        "simsiam@both",
        "simsiam cannot stand at h: its predictor is made for z and learned with the head"
      ),
      ("moco:64@h", "moco cannot stand at h: its queue and the slow copies' keys are of z"),
      (
        "nt-xent@h,learned",
        "nt-xent cannot stand at h: its temperature is learned with the head, and the head has no part in h"
      ),
      ("vicreg@head", "'head' is no place, which are z, h, both, held"),
      ("vicreg@", "'' is no place, which are z, h, both, held"),
      ("vicreg,uniformity@h", "'uniformity@h' is no option of vicreg"),
      ("vicreg,variance@h,variance@z", "'variance@h' is no option of vicreg"),
      ("nt-xent,invariance@h", "'invariance@h' is no option of nt-xent"),
    ])
  func whatCannotBePlacedIsRefusedInOneLine(_ text: String, _ reason: String) {
    let error = #expect(throws: NotationError.self) { try ObjectiveChoice(parsing: text) }
    #expect(error?.description == "objective '\(text)' is not understood: \(reason)")
  }

  @Test(arguments: ObjectiveCase.all)
  func termsAddUpToTheLoss(_ test: ObjectiveCase) {
    let objective = test.objective(4)
    let batch = EmbeddedViews(Samples.normal(seed: 2, [12, 4]), views: 2)
    guard !objective.terms.isEmpty else { return }
    let whole = objective.loss(of: batch).item
    let parts = objective.terms.map { objective.loss(of: batch, terms: [$0]).item }
    // Two or three numbers in float64.
    #expect(parts.reduce(0, +).isApproximately(whole, relative: 1e-13))
    #expect(parts.allSatisfy { $0 != 0 && $0 != whole })
    for left in objective.terms {
      let rest = Set(objective.terms).subtracting([left])
      let sum =
        objective.loss(of: batch, terms: rest).item + objective.loss(of: batch, terms: [left]).item
      #expect(sum.isApproximately(whole, relative: 1e-13))
    }
  }
}
