import Datasets
import Foundation
import Testing

@Suite struct FolderLayoutTests {
  private let folder: TemporaryFolder
  private let image: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    image = try png(uniform([1, 2, 3], width: 8, height: 8))
  }

  /// Writes `count` images into a folder.
  private func add(_ count: Int, to name: String, ending: String = "png") throws {
    for index in 0..<count {
      try folder.write(image, to: "\(name.isEmpty ? "" : name + "/")\(index).\(ending)")
    }
  }

  private func load() throws -> DatasetSplits {
    try DatasetRequest(kind: .folder, path: folder.path, imageSize: 8).load()
  }

  private func refusal() -> String? {
    let error = #expect(throws: DatasetError.self) { try load() }
    return error.map { String($0.description.dropFirst(folder.path.count)) }
  }

  /// Remarks without the folder's own path.
  private func remarks(_ splits: DatasetSplits) -> [String] {
    splits.remarks.map { $0.replacingOccurrences(of: folder.path, with: "DATA") }
  }

  @Test func moreImagesBesideFoldersThanWithinMakeAFolderWithoutClasses() throws {
    try add(20, to: "")
    try add(3, to: "favourites")
    let splits = try load()
    #expect(splits.train.count + splits.heldOut.count == 23)
    #expect(splits.train.labels.isEmpty && splits.heldOut.labels.isEmpty)
    #expect(splits.skipped.isEmpty)
    #expect(
      remarks(splits) == [
        "DATA: 20 images lie beside its folders and 3 within them, so all are taken, without classes"
      ])
  }

  @Test func fewerImagesBesideClassFoldersThanWithinAreNamed() throws {
    try add(2, to: "")
    try add(5, to: "cat")
    try add(5, to: "dog")
    let splits = try load()
    #expect(splits.train.labels.count + splits.heldOut.labels.count == 10)
    #expect(splits.skipped.count == 2)
    #expect(
      splits.skipped.allSatisfy { $0.reason == "beside the class folders, so without a class" })
  }

  @Test func emptyFoldersBesideImagesAreNamedAndTakeNothingAway() throws {
    try add(5, to: "")
    try folder.write("text", to: "notes/todo.txt")
    let splits = try load()
    #expect(splits.train.count == 4 && splits.heldOut.count == 1)
    #expect(splits.skipped.map(\.reason) == ["a folder without an image"])
  }

  @Test func tooFewImagesAreCalledThat() throws {
    try add(1, to: "")
    #expect(
      refusal()
        == ": only 1 image, which leaves none to hold out; add images, or a split of their own to hold out"
    )
    try folder.remove("0.png")
    try add(1, to: "cat")
    try add(1, to: "dog")
    #expect(
      refusal() == ": only 1 image in each of its 2 classes, which leaves none to hold out; "
        + "add images, or a split of their own to hold out")
  }

  @Test func aFolderOfOtherFilesSaysWhatTheFirstIs() throws {
    try folder.write("....ftypheic....", to: "phone.heic")
    #expect(
      refusal()?.hasPrefix(
        ": no image in it; \(folder.path)/phone.heic is a HEIF file; convert it to PNG or JPEG; ")
        == true)
  }

  @Test func ofSeveralFoldersToHoldOutTheFirstIsTakenAndTheOthersAreNamed() throws {
    for split in ["train", "val", "test"] {
      try add(2, to: split + "/cat")
      try add(2, to: split + "/dog")
    }
    try add(1, to: "extras")
    try add(1, to: "")
    try folder.write("n0", to: "wnids.txt")
    let splits = try load()
    #expect(splits.train.labels == [0, 0, 1, 1] && splits.heldOut.labels == [0, 0, 1, 1])
    #expect(
      remarks(splits) == [
        "DATA/test: not used, as DATA/val is held out",
        "DATA: its folder extras is no split and is not used",
        "DATA: passed over 1 file, hidden or of kinds that lie beside images",
      ])
    #expect(splits.skipped.map(\.reason) == ["beside the splits, so in none of them"])
  }

  @Test func besideTheirNamesInCapitalsFoldersOfSplitsAreThemselves() throws {
    for split in ["Train", "train", "Val", "val"] { try add(2, to: split + "/cat") }
    try add(2, to: "train/dog")
    let splits = try load()
    #expect(splits.train.labels == [0, 0, 1, 1] && splits.heldOut.labels == [0, 0])
    #expect(
      remarks(splits) == [
        "DATA/Val: not used, as DATA/val is held out",
        "DATA: its folder Train is no split and is not used",
      ])
  }

  @Test func imagesWithoutClassesAreNotHeldOutOfClasses() throws {
    try add(5, to: "train/cat")
    try add(5, to: "train/dog")
    try add(9, to: "test")
    let splits = try load()
    #expect(splits.heldOut.labels == [0, 1] && splits.train.count == 8)
    #expect(
      remarks(splits) == [
        "DATA/test: not used, as its images have no classes",
        "DATA/train: a fifth of its images is held out",
      ])
  }

  @Test func splitsWithoutClassesHaveNoLabels() throws {
    try add(4, to: "train")
    try add(2, to: "valid")
    let splits = try load()
    #expect(splits.train.count == 4 && splits.heldOut.count == 2)
    #expect(splits.train.labels.isEmpty && splits.heldOut.labels.isEmpty)
    try folder.remove("valid")
    try add(2, to: "valid/cat")
    let mixed = try load()
    #expect(mixed.heldOut.count == 2 && mixed.heldOut.labels.isEmpty)
    #expect(remarks(mixed) == ["DATA/valid: its classes are not used, as train has none"])
  }

  @Test func splitsWithoutOneToTrainOnAreRefused() throws {
    try add(2, to: "val/cat")
    let lone = try load()
    #expect(lone.train.classNames == ["cat"])
    try add(2, to: "test/cat")
    #expect(
      refusal() == ": it has the folders val and test, but no train; add the folder train, or give "
        + "one of these")
  }

  @Test func aSplitsNameAmongClassesIsAClass() throws {
    for name in ["bus", "train", "car"] { try add(2, to: name) }
    let splits = try load()
    #expect(splits.train.classNames == ["bus", "car", "train"])
    #expect(
      remarks(splits) == [
        "DATA: its folder train is taken as a class, as there are no folders of two splits"
      ])
  }

  @Test func tinyImageNetIsReadAsItIsDistributed() throws {
    for wnid in ["n01", "n02"] {
      try add(3, to: "train/\(wnid)/images", ending: "JPEG")
      try folder.write("0.JPEG\t0\t0\t62\t62\n", to: "train/\(wnid)/\(wnid)_boxes.txt")
    }
    try add(5, to: "val/images", ending: "JPEG")
    try folder.write(
      "1.JPEG\tn02\t0\t32\t44\t62\n0.JPEG\tn01\t1\t2\t3\t4\r\n2.JPEG\tn01\t1\t2\t3\t4\n9.JPEG\tn01\n",
      to: "val/val_annotations.txt")
    try add(4, to: "test/images", ending: "JPEG")
    try folder.write("n02\nn01\n", to: "wnids.txt")
    try folder.write("n01\ta thing\n", to: "words.txt")
    let splits = try load()
    #expect(splits.train.classNames == ["n01", "n02"])
    #expect(splits.train.labels == [0, 0, 0, 1, 1, 1])
    #expect(splits.heldOut.labels == [0, 0, 1])
    #expect(
      splits.skipped.map { "\($0.path.dropFirst(folder.path.count)): \($0.reason)" } == [
        "/val/images/3.JPEG: not named in val_annotations.txt",
        "/val/images/4.JPEG: not named in val_annotations.txt",
        "/val/images/9.JPEG: named in val_annotations.txt, but not there",
      ])
    #expect(remarks(splits).contains("DATA/test: not used, as DATA/val is held out"))

    try folder.write("0.JPEG\tn01\nfoo\n", to: "val/val_annotations.txt")
    #expect(refusal()?.contains("val_annotations.txt: line 2 is not a file's name, a tab") == true)
    try folder.write("0.JPEG\tn09\n", to: "val/val_annotations.txt")
    #expect(refusal()?.contains("/val: class n09 is not in train") == true)
  }

  @Test func imagenetteIsReadAsItIsDistributed() throws {
    for split in ["train", "val"] {
      for wnid in ["n01440764", "n02102040"] {
        try add(2, to: "\(split)/\(wnid)", ending: "JPEG")
      }
    }
    try folder.write("path,noisy_labels_0\n", to: "noisy_imagenette.csv")
    try folder.write("x", to: ".DS_Store")
    let splits = try load()
    #expect(splits.train.labels == [0, 0, 1, 1] && splits.heldOut.labels == [0, 0, 1, 1])
    #expect(splits.skipped.isEmpty)
    #expect(remarks(splits).count == 1)
  }
}

@Suite struct LeftOutTests {
  private func splits(_ skipped: [SkippedFile], remarks: [String] = []) -> DatasetSplits {
    let images = ImageDataset(name: "one", height: 1, width: 1, pixels: [1, 2, 3])
    return DatasetSplits(train: images, heldOut: images, skipped: skipped, remarks: remarks)
  }

  @Test func nothingLeftOutIsNothingSaid() {
    #expect(splits([]).leftOutLines(listedIn: "list").isEmpty)
    #expect(splits([], remarks: ["one"]).leftOutLines() == ["one"])
  }

  @Test func aThousandFilesTakeSixLinesAndAList() {
    let skipped = (0..<1000).map { index in
      SkippedFile(
        path: "photos/\(1000 + index).png", reason: index < 3 ? "the file is empty" : "no image")
    }
    let many = splits(skipped, remarks: ["a remark"])
    let lines = many.leftOutLines(listedIn: "run/skipped-files.txt")
    #expect(
      lines == [
        "a remark",
        "skipped 1000 files: 997 × no image; 3 × the file is empty; all are listed in "
          + "run/skipped-files.txt",
        "skipped photos/1000.png: the file is empty", "skipped photos/1001.png: the file is empty",
        "skipped photos/1002.png: the file is empty", "skipped photos/1003.png: no image",
        "skipped photos/1004.png: no image",
      ])
    let list = many.skippedList.split(separator: "\n")
    #expect(list.count == 1000 && list.last == "photos/1999.png\tno image")
  }

  @Test func manyReasonsAreCountedTogetherAndNamesStayOnTheirLine() {
    let skipped = (0..<8).map { SkippedFile(path: "a\n\($0)", reason: "reason \($0)") }
    let lines = splits(skipped).leftOutLines()
    #expect(lines.count == 6)
    #expect(lines[0].hasSuffix("1 × reason 4; 3 other reasons"))
    #expect(lines[1] == "skipped a?0: reason 0")
    #expect(splits(skipped).skippedList.hasPrefix("a?0\treason 0\n"))
  }
}
