import ArgumentParser

/// The path that an option names. An empty one is a variable of the shell that nobody has set, and would be the current folder.
@Sendable func namedPath(_ text: String) throws -> String {
  guard !text.isEmpty else { throw ValidationError("it names no file or folder") }
  return text
}
