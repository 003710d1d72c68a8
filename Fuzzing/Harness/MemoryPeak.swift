import Glibc

/// The most memory that this process has had at once.
enum MemoryPeak {
  /// In bytes; Linux counts in KiB.
  static var bytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
