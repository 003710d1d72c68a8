import Kernels

/// Kernels of Gnomon's own under libtorch's operators: convolutions, linear layers and batch normalisation on a processor.
///
/// They compute in float32 what they read and write in bfloat16 (normalisation and convolutions 3×3 of stride 1 also float32), and give
/// the same bits for the same number of threads. Both choices hold for the whole process; tests and benchmarks make them.
public enum OwnKernels {
  /// When an operator takes a kernel.
  public enum Use: UInt32, Sendable, CaseIterable {
    /// Never: everything is libtorch's.
    case never
    /// Where it has been measured to be faster than libtorch's.
    case whereFaster
    /// Wherever there is one, convolutions by their definition.
    case always
    /// The same, convolutions by Winograd's filtering where it has them.
    case winograd
  }

  /// What kernels are compiled for.
  public enum Instructions: UInt32, Sendable, CaseIterable, Comparable {
    /// What every processor of its kind has.
    case plain
    /// AVX2 and FMA.
    case avx2
    /// AVX-512. Products are float32's, as with AVX2 and NEON.
    case avx512
    /// AVX-512 with products of bfloat16, which are taken where they are faster than float32's.
    case avx512BFloat16

    /// Whether `right` can do more.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// The best that this processor can do.
  public static var available: Instructions {
    Instructions(rawValue: kernels_available().rawValue) ?? .plain
  }

  /// Chooses when operators take kernels; at first where they are faster.
  public static func use(_ use: Use) { kernels_use(KernelsUse(rawValue: use.rawValue)) }

  /// Chooses instructions, at most what is available; at first what is fastest on this processor.
  public static func use(_ instructions: Instructions) {
    kernels_choose(KernelsInstructions(rawValue: instructions.rawValue))
  }
}
