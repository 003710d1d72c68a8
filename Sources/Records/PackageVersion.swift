/// The version of this package.
public enum PackageVersion {
  /// As `gnomon --version` prints it. Raised, too, whenever a run's figures may change: studies
  /// repeat runs that another version made.
  public static let current = "0.1.0"
}
