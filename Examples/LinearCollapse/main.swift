import Foundation
import Geometry

var problem = LinearCollapse()
problem.augmentationVariance = 4
print("time  1st: measured, predicted   8th                  9th                  16th")
for point in try problem.trajectory(steps: 400, every: 50) {
  let pairs = [0, 7, 8, 15].map {
    String(format: "%9.4f %9.4f", point.measured[$0], point.predicted[$0])
  }
  print(String(format: "%4.1f", point.time), pairs.joined(separator: "  "))
}
