import ArgumentParser

@main
struct Gnomon: ParsableCommand {}
