import Testing
import Torch
import TorchNN

/// Where reflection finds a module's state, under which names, and what it refuses.
@Suite struct ModuleContentsTests {
  private final class Scale: Module {
    let weight = Parameter(.ones([1]))
  }

  private final class Containers: Module {
    let several = [Scale(), Scale()]
    let layers: [any UnaryLayer] = [Tanh(), Linear(1, 1, bias: false)]
    let nested = [[Scale()], [], [Scale(), Scale()]]
    let weights = [Parameter(.ones([1])), Parameter(.ones([1]))]
    let byKey = ["value": Scale(), "key": Scale(), "Query": Scale()]
    let deep: [String: [Scale?]]? = ["a": [nil, Scale()]]
    let present: Scale? = Scale()
    let absent: Scale? = nil
    let absentList: [Scale]? = nil
    let anything: Any = Scale()
    let counters = [Buffer(.zeros([])), Buffer(.zeros([]))]
  }

  @Test func containersAreTraversedInOrderAndDictionariesByKey() throws {
    let module = Containers()
    #expect(
      module.parameters.map(\.name) == [
        "several.0.weight", "several.1.weight", "1.weight", "nested.0.0.weight",
        "nested.2.0.weight", "nested.2.1.weight", "weights.0", "weights.1", "by_key.Query.weight",
        "by_key.key.weight", "by_key.value.weight", "deep.a.1.weight", "present.weight",
        "anything.weight",
      ])
    #expect(module.buffers.map(\.name) == ["counters.0", "counters.1"])
    #expect(module.state.count == 16)
  }

  @Test func whatIsFoundIsTrainedMovedAndSwitchedWithTheModule() {
    let module = Containers()
    module.convert(to: .float64)
    #expect(module.deep?["a"]?[1]?.weight.tensor.dtype == .float64)
    module.train(false)
    #expect(module.byKey.values.allSatisfy { !$0.isTraining })
    #expect(module.nested.joined().allSatisfy { !$0.isTraining })
    let optimizer = SGD(module.parameters, learningRate: 1, momentum: 0)
    module.nested[2][1].weight.tensor.sum().backward()
    optimizer.step()
    #expect(module.nested[2][1].weight.tensor.item == 0)
  }

  @Test func elementsOfNestedSequencesAreNumberedLevelByLevel() {
    final class Stages: Module {
      let layers = [[Scale()], [Scale()]]
    }
    #expect(Stages().parameters.map(\.name) == ["0.0.weight", "1.0.weight"])
  }

  private struct Pair {
    let first = 1
    let second: any UnaryLayer = Linear(1, 1)
  }

  private enum Choice {
    case none
    case some(gain: Int, Parameter)
  }

  private struct Key: Hashable {
    let parameter = Parameter(.ones([1]))
    static func == (left: Key, right: Key) -> Bool { true }
    func hash(into hasher: inout Hasher) {}
  }

  private final class Holder {
    weak var itself: Holder?
    let content: [Int: Buffer] = [1: Buffer(.zeros([]))]
  }

  private final class Tuple: Module { let parts = (Scale(), 2) }
  private final class Structure: Module { let part = Pair() }
  private final class InArray: Module { let part = [Pair(), Pair()] }
  private final class Payload: Module { let part = Choice.some(gain: 1, Parameter(.ones([1]))) }
  private final class InSet: Module { let part: Set<Key> = [Key()] }
  private final class Keyed: Module { let part = [1: Scale()] }
  private final class InKeys: Module { let part = [Key(): 1] }
  private final class Bare: Module { let part = Tensor.ones([1]) }
  private final class PlainClass: Module {
    let part = Holder()
    override init() {
      super.init()
      part.itself = part
    }
  }

  @Test func stateInAnyOtherShapeIsRefusedByName() {
    func defect(_ module: Module) -> ModuleDefect? {
      #expect(throws: ModuleDefect.self) { try ModuleContents(of: module) }
    }
    func hides(_ module: Module, _ property: String, _ state: String) {
      guard case .hiddenState(property, _, state) = defect(module) else {
        Issue.record("\(type(of: module))")
        return
      }
    }
    hides(Tuple(), "Tuple.parts", "Scale")
    hides(Structure(), "Structure.part", "Linear")
    hides(InArray(), "InArray.part", "Linear")
    hides(Payload(), "Payload.part", "Parameter")
    hides(InSet(), "InSet.part", "Parameter")
    hides(Keyed(), "Keyed.part", "Scale")
    hides(InKeys(), "InKeys.part", "Parameter")
    hides(PlainClass(), "PlainClass.part", "Buffer")
    let bare = ModuleDefect.hiddenState(property: "Bare.part", container: "Tensor", state: "Tensor")
    #expect(defect(Sequential([Below(Bare())])) == bare)
  }

  private final class Below: Module, UnaryLayer {
    let child: Module
    init(_ child: Module) { self.child = child }
    func callAsFunction(_ input: Tensor) -> Tensor { input }
  }

  @Test func whatHoldsNoStateIsLeftAlone() throws {
    final class Plain: Module {
      let choice = Choice.none
      let range = 0..<3
      let name: String? = "plain"
      let closure: (Tensor) -> Tensor = { $0 }
      let table = [1: ["a"], 2: []]
      let type: Any.Type = Linear.self
    }
    #expect(try ModuleContents(of: Plain()).parameters.isEmpty)
  }

  private final class Lazy: Module {
    lazy var late = Scale()
  }

  @Test func aLazyModuleIsRefusedOnceItIsThere() throws {
    let module = Lazy()
    _ = module.late
    #expect(throws: ModuleDefect.lazyState(property: "Lazy.late")) {
      try ModuleContents(of: module)
    }
  }

  private final class Parent: Module {
    var child: Child?
  }

  private final class Child: Module {
    weak var parent: Parent?
  }

  @Test func aModuleInsideItselfIsRefused() {
    let (parent, child) = (Parent(), Child())
    parent.child = child
    child.parent = parent
    #expect(throws: ModuleDefect.containsItself(property: "Child.parent")) {
      try ModuleContents(of: parent)
    }
  }

  @Test func twoTensorsOfOneNameAreRefused() {
    final class Ambiguous: Module {
      let layers = [Scale()]
      let parts = ["": Scale()]
      let other = ["0": Scale(), "0.weight": Parameter(.ones([]))] as [String: Any]
    }
    #expect(throws: ModuleDefect.sharedName("other.0.weight")) {
      try ModuleContents(of: Ambiguous())
    }
  }

  @Test func aModuleTrapsWithTheNameOfTheProperty() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tuple().parameters
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("Tuple.parts holds a Scale inside of (Scale, Int)"))
  }
}
