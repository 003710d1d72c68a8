import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import Server

/// How much one address may ask for.
@Suite struct LimitTests {
  @Test func requestsOfAnAddressAreLimitedASecondAndOthersAreNotHeldUp() {
    let limits = RequestLimits(perSecond: 10)
    let now = ContinuousClock.now
    let first = (0..<30).count { _ in limits.refusal(of: "10.0.0.1", now: now) == nil }
    #expect(first == 20)
    let refused = limits.refusal(of: "10.0.0.1", now: now)
    #expect(refused?.status == .tooManyRequests && refused?.headers[.retryAfter] == "1")
    #expect(limits.refusal(of: "10.0.0.2", now: now) == nil)
    let later = now + .seconds(1)
    let second = (0..<30).count { _ in limits.refusal(of: "10.0.0.1", now: later) == nil }
    #expect(second == 10)
  }

  @Test func guessingATokenIsStoppedEvenBeforeTheRightOne() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let token = AccessToken.make()
    let server = try Sample.server(folder) { $0.token = token }
    let site = server.pages
    func ask(_ token: String, from address: String) async -> HTTPResponse.Status {
      let head = HTTPRequest(
        method: .get, scheme: "http", authority: "localhost", path: "/api/v1/runs",
        headerFields: [.authorization: "Bearer \(token)"])
      let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
      return await site.answer(request, from: address).status
    }
    for _ in 0..<10 { #expect(await ask("wrong", from: "10.0.0.1") == .unauthorized) }
    #expect(await ask("wrong", from: "10.0.0.1") == .tooManyRequests)
    #expect(await ask(token, from: "10.0.0.1") == .tooManyRequests)
    #expect(await ask(token, from: "10.0.0.2") == .ok)
  }

  @Test func wrongTokensAreForgivenWithTime() {
    let limits = RequestLimits(perSecond: 1_000)
    let now = ContinuousClock.now
    for _ in 0..<10 { limits.guessed(from: "a", now: now) }
    #expect(limits.refusal(of: "a", now: now)?.headers[.retryAfter] == "60")
    #expect(limits.refusal(of: "a", now: now + .seconds(7)) == nil)
  }

  @Test func endlessAddressesDoNotFillTheMemoryAndTheLatestIsKnown() {
    let limits = RequestLimits(perSecond: 1)
    let now = ContinuousClock.now
    for place in 0..<10_000 {
      _ = limits.refusal(of: "address \(place)", now: now + .microseconds(place))
    }
    let last = "address 9999"
    #expect(limits.refusal(of: last, now: now + .milliseconds(10)) == nil)
    #expect(limits.refusal(of: last, now: now + .milliseconds(10)) != nil)
  }
}
