#!/usr/bin/env python3
"""What the points of Winograd's filtering F(4×4, 3×3) cost in float32: rounding by the points that are chosen.

    build/peers/bin/python Benchmarks/winograd_points.py

Each row: the largest error of an output, relative to the sum of magnitudes behind it, over tiles of rectified
noise; the same of a plain sum, in float32.
"""
import numpy

TILES, OUTPUTS = 400, 16
CHOICES = {
    "0, ±1, ±2, ∞": (0, 1, -1, 2, -2),
    "0, ±1, ±1/2, ∞": (0, 1, -1, 0.5, -0.5),
    "0, ±√½, ±√2, ∞": (0, 0.5**0.5, -(0.5**0.5), 2**0.5, -(2**0.5)),
    "0, ±3/4, ±3/2, ∞": (0, 0.75, -0.75, 1.5, -1.5),
}


def transforms(points):
    """The matrices of Lavin & Gray (arXiv 1509.09308), by Lagrange's interpolation: outputs', kernels', inputs'."""
    finite = len(points)
    outputs, kernels, inputs = numpy.zeros((4, 6)), numpy.zeros((6, 3)), numpy.zeros((6, 6))
    for index, point in enumerate(points):
        others = [other for place, other in enumerate(points) if place != index]
        outputs[:, index] = point ** numpy.arange(4)
        kernels[index] = point ** numpy.arange(3) / numpy.prod([point - other for other in others])
        inputs[index, :finite] = numpy.poly(others)[::-1]
    outputs[3, 5] = kernels[5, 2] = 1
    inputs[5] = numpy.poly(points)[::-1]
    return outputs, kernels, inputs


def errors(points, channels, generator):
    windows = numpy.maximum(generator.standard_normal((TILES, 6, 6, channels)), 0).astype(numpy.float32)
    weights = (generator.standard_normal((channels, 3, 3, OUTPUTS)) / numpy.sqrt(9 * channels)).astype(numpy.float32)
    exact, sizes, plain = (numpy.zeros((TILES, 4, 4, OUTPUTS), t) for t in (float, float, numpy.float32))
    for row in range(3):
        for column in range(3):
            seen, by = windows[:, row : row + 4, column : column + 4], weights[:, row, column]
            exact += seen.astype(float) @ by.astype(float)
            sizes += seen.astype(float) @ numpy.abs(by).astype(float)
            plain += seen @ by
    of_outputs, of_kernels, of_inputs = transforms(points)
    single = numpy.float32
    kernels = numpy.einsum("iy,cyxk,jx->ijck", of_kernels, weights, of_kernels).astype(single)
    half = numpy.einsum("iy,tyxc->tixc", of_inputs.astype(single), windows)
    inputs = numpy.einsum("jx,tixc->tijc", of_inputs.astype(single), half)
    products = numpy.einsum("tijc,ijck->tijk", inputs, kernels)
    half = numpy.einsum("ai,tijk->tajk", of_outputs.astype(single), products)
    found = numpy.einsum("bj,tajk->tabk", of_outputs.astype(single), half)
    return [(numpy.abs(values - exact) / sizes).max() for values in (found, plain)]


def main():
    print("| points | " + " | ".join(f"{channels} channels" for channels in (16, 64, 256)) + " |")
    print("| --- | --- | --- | --- |")
    for name, points in CHOICES.items():
        cells = [errors(points, channels, numpy.random.default_rng(0)) for channels in (16, 64, 256)]
        print(f"| {name} | " + " | ".join(f"{own:.1e}" for own, _ in cells) + " |")
    print("| plain sum | " + " | ".join(f"{plain:.1e}" for _, plain in cells) + " |")


if __name__ == "__main__":
    main()
