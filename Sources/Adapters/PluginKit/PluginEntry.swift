// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What a library in Swift gives to the program that loads it: the table of CPluginABI.h.
public enum PluginEntry {
    /// The table of a plugin; `@Plugin` writes the function that gives it.
    ///
    /// - Parameters:
    ///   - type: The plugin.
    ///   - abi: The version of the interface that the program speaks.
    /// - Returns: A `struct autoglm_plugin`; nil for another version than the one of this kit.
    public static func table<Definition: PluginDefinition>(
        of type: Definition.Type, abi: UInt32
    ) -> UnsafeRawPointer? {
        guard abi == UInt32(AUTOGLM_PLUGIN_ABI) else { return nil }
        return self.state.withLock { state in
            if let table = state.table { return UnsafeRawPointer(table) }
            state.library = Library(Definition.self)
            let table = UnsafeMutablePointer<autoglm_plugin>.allocate(capacity: 1)
            table.initialize(to: Self.functions)
            state.table = table
            return UnsafeRawPointer(table)
        }
    }

    /// Functions of C know nothing but what is global: a library has one plugin.
    private struct State: @unchecked Sendable {  // The table is written once, before anybody sees it.
        var library: Library?
        var table: UnsafeMutablePointer<autoglm_plugin>?
    }

    private static let state = Mutex(State())
    private static var library: Library? { self.state.withLock { $0.library } }

    private static var functions: autoglm_plugin {
        var table = autoglm_plugin()
        table.abi = UInt32(AUTOGLM_PLUGIN_ABI)
        table.size = UInt32(MemoryLayout<autoglm_plugin>.size)
        // Swift's runtime and its threads outlive a plugin.
        table.flags = AUTOGLM_PLUGIN_CONCURRENT | AUTOGLM_PLUGIN_RESIDENT
        table.describe = { PluginEntry.library.map { UnsafePointer($0.description) } }
        table.manifest = { PluginEntry.library.map { UnsafePointer($0.manifest) } }
        table.open = { state in
            guard let opened = PluginEntry.library?.open() else { return 1 }
            state?.pointee = Unmanaged.passRetained(opened).toOpaque()
            return 0
        }
        table.close = { state in if let state { Unmanaged<Opened>.fromOpaque(state).release() } }
        table.call = { state, call, reply in
            guard let state, let call = call?.pointee, let reply, let step = call.step else { return 1 }
            let opened = Unmanaged<Opened>.fromOpaque(state).takeUnretainedValue()
            let input = Array(UnsafeBufferPointer(start: call.input, count: call.input_count))
            let (status, output) = opened.call(String(cString: step), input)
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: max(output.count, 1))
            bytes.initialize(from: output, count: output.count)
            (reply.pointee.output, reply.pointee.output_count) = (UnsafePointer(bytes), output.count)
            reply.pointee.owner = UnsafeMutableRawPointer(bytes)
            return status
        }
        table.release = { _, reply in reply?.pointee.owner?.assumingMemoryBound(to: UInt8.self).deallocate() }
        return table
    }
}

/// What a library says of itself, and how its plugin is made.
private final class Library: @unchecked Sendable {  // Its texts are written once and live as long as the process.
    let description: UnsafeMutablePointer<CChar>
    let manifest: UnsafeMutablePointer<CChar>
    private let make: @Sendable () async throws -> Opened

    init<Definition: PluginDefinition>(_ type: Definition.Type) {
        let (about, steps) = (Definition.about, Definition.steps)
        self.description = Self.text(
            .members([
                ("name", .text(about.name)), ("version", .text(about.version)),
                ("steps", .list(steps.map { .text($0.name) })),
            ]))
        do { self.manifest = Self.text(try Self.manifest(about, steps)) } catch {
            // The host refuses it, and shows this.
            self.manifest = Self.text(.members([("error", .text("\(error)"))]))
        }
        self.make = {
            let plugin = try await Definition()
            return Opened(steps.map { step in (step.name, { try await step.run(plugin, $0) }) })
        }
    }

    private static func manifest<Definition>(
        _ about: PluginAbout, _ steps: [PluginStep<Definition>]
    ) throws -> ManifestValue {
        let steps = try steps.map { step in
            (
                step.name,
                ManifestValue.members([
                    ("description", .text(step.description)), ("inputs", try ValueShape.of(step.input).ports()),
                    ("outputs", try ValueShape.of(step.output).ports()),
                ])
            )
        }
        func ranges(_ ranges: [String: String]) -> ManifestValue {
            .members(ranges.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
        }
        return .members([
            ("plugin", .text(about.name)), ("version", .text(about.version)), ("kind", .text(about.kind.rawValue)),
            ("description", .text(about.description)),
            ("capabilities", .list(about.capabilities.map { .text($0.rawValue) })), ("needs", ranges(about.needs)),
            ("conflicts", ranges(about.conflicts)), ("steps", .members(steps)),
        ])
    }

    private static func text(_ value: ManifestValue) -> UnsafeMutablePointer<CChar> {
        strdup(value.json) ?? UnsafeMutablePointer.allocate(capacity: 1)
    }

    func open() -> Opened? {
        let make = self.make
        return wait(otherwise: nil) { try? await make() }
    }
}

/// A plugin that has been made, with its steps by their names.
private final class Opened: Sendable {
    private let steps: [String: @Sendable ([UInt8]) async throws -> [UInt8]]

    init(_ steps: [(String, @Sendable ([UInt8]) async throws -> [UInt8])]) {
        self.steps = Dictionary(steps, uniquingKeysWith: { first, _ in first })
    }

    /// Does a step; 0 and its outputs, or another status and what failed.
    func call(_ name: String, _ input: [UInt8]) -> (Int32, [UInt8]) {
        guard let step = self.steps[name] else { return Self.failure("unknown-step", "There is no step '\(name)'.") }
        return wait(otherwise: (1, [])) {
            do { return (0, try await step(input)) } catch let failure as PluginFailure {
                return Self.failure(failure.code, failure.message)
            } catch { return Self.failure("failed", "\(error)") }
        }
    }

    private static func failure(_ code: String, _ message: String) -> (Int32, [UInt8]) {
        (1, Array(ManifestValue.members([("code", .text(code)), ("message", .text(message))]).json.utf8))
    }
}

/// Waits on a thread of the program for what is done on Swift's own.
private func wait<Output: Sendable>(
    otherwise initial: Output, for body: @escaping @Sendable () async -> Output
) -> Output {
    let (done, box) = (DispatchSemaphore(value: 0), OutputBox(initial))
    Task {  // ends before this function returns
        box.set(await body())
        done.signal()
    }
    done.wait()
    return box.value
}

/// What is handed from one thread to another.
private final class OutputBox<Output: Sendable>: Sendable {
    private let output: Mutex<Output>

    init(_ output: Output) { self.output = Mutex(output) }

    var value: Output { self.output.withLock { $0 } }

    func set(_ output: Output) { self.output.withLock { $0 = output } }
}
