import Geometry
import Records

/// LiDAR: the rank of what tells samples apart beyond what tells views of one sample apart.
struct LidarRank: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.manyViews]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "lidar", name: "LiDAR", group: .rank, form: .rank, prominence: .announced,
        meaning: "effective rank of between-sample over within-sample scatter",
        source: "arXiv 2312.04000")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, views) in try subject.orbits().enumerated() where views.count >= 2 {
      guard let rank = try whereMeasurable({ try lidar(views: views) }) else { continue }
      figures[index].record(
        rank, as: "lidar",
        Convention(
          centered: true, rowNormalized: false, epsilon: lidarEpsilon,
          n: subject.count(views[0].size(0), beside: figures[index]), views: views.count))
    }
  }
}
