// SPDX-License-Identifier: Apache-2.0

internal import CPluginABI
internal import Dispatch
internal import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A plugin's library in this process; unloaded with this value, when no call is under way.
final class OpenPlugin: @unchecked Sendable {  // Its pointers never change; the plugin says if calls may meet.
    private static let maximumReplyBytes = 64 << 20

    let manifest: PluginManifest
    private let library: UnsafeMutableRawPointer
    private let table: UnsafePointer<autoglm_plugin>
    private let state: UnsafeMutableRawPointer?
    /// Where calls run: threads of its own, since foreign code may take its time or never return.
    private let queue: DispatchQueue

    /// Loads a plugin, after its library has been compared with the manifest's hash.
    ///
    /// - Throws: ``PluginError`` that says what is wrong with the library.
    init(_ manifest: PluginManifest, in folder: String) throws(PluginError) {
        let library = try Self.load(PluginFiles.library(of: manifest, in: folder), name: manifest.library)
        do throws(PluginError) {
            let table = try Self.table(of: library, manifest)
            try Self.compare(table, with: manifest)
            var state: UnsafeMutableRawPointer?
            if let open = table.pointee.open {
                let status = open(&state)
                guard status == 0 else {
                    throw PluginError(
                        .cannotLoad, "The plugin '\(manifest.name)' cannot be opened (status \(status)).")
                }
            }
            (self.manifest, self.library, self.table, self.state) = (manifest, library, table, state)
        } catch {
            dlclose(library)
            throw error
        }
        let isConcurrent = self.table.pointee.flags & AUTOGLM_PLUGIN_CONCURRENT != 0
        self.queue = DispatchQueue(
            label: "autoglm.plugin.\(manifest.name)", attributes: isConcurrent ? .concurrent : [])
    }

    deinit {
        self.table.pointee.close?(self.state)
        dlclose(self.library)
    }

    // MARK: - Loading

    /// Loads exactly the bytes that were compared, whatever happens to the file meanwhile.
    private static func load(_ bytes: Data, name: String) throws(PluginError) -> UnsafeMutableRawPointer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "autoglm-plugin-" + String(UInt64.random(in: .min ... .max), radix: 36))
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appendingPathComponent(name)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            try bytes.write(to: copy)
        } catch {
            throw PluginError(.cannotLoad, "The library '\(name)' cannot be copied to '\(folder.path)'.", cause: error)
        }
        guard let library = dlopen(copy.path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw PluginError(.cannotLoad, "The library '\(name)' cannot be loaded: \(reason).")
        }
        return library
    }

    private static func table(
        of library: UnsafeMutableRawPointer, _ manifest: PluginManifest
    ) throws(PluginError) -> UnsafePointer<autoglm_plugin> {
        guard let symbol = dlsym(library, AUTOGLM_PLUGIN_ENTRY) else {
            throw PluginError(
                .cannotLoad,
                "'\(manifest.library)' is no plugin: it lacks the function '\(AUTOGLM_PLUGIN_ENTRY)' of CPluginABI.h.")
        }
        let entry = unsafeBitCast(symbol, to: autoglm_plugin_entry_function.self)
        let version = UInt32(AUTOGLM_PLUGIN_ABI)
        guard let table = entry(version), table.pointee.abi == version else {
            throw PluginError(
                .wrongABI,
                "'\(manifest.library)' does not speak version \(version) of the interface; compile it with this program's CPluginABI.h."
            )
        }
        if let missing = autoglm_plugin_missing(table) {
            throw PluginError(.cannotLoad, "'\(manifest.library)' lacks \(String(cString: missing)).")
        }
        return table
    }

    /// Refuses a library that says something else than its manifest.
    private static func compare(
        _ table: UnsafePointer<autoglm_plugin>, with manifest: PluginManifest
    ) throws(PluginError) {
        guard let text = table.pointee.describe().map({ String(cString: $0) }),
            let said = try? JSONValue(parsing: text), said.objectValue != nil
        else {
            throw PluginError(.cannotLoad, "'\(manifest.library)' does not describe itself in JSON.")
        }
        let wanted: JSONValue = [
            "name": .string(manifest.name), "version": .string("\(manifest.version)"),
            "steps": .array(manifest.steps.map(\.name).sorted().map { .string($0) }),
        ]
        let steps = (said["steps"]?.arrayValue ?? []).compactMap(\.stringValue).sorted()
        for (key, value) in [
            ("name", said["name"]), ("version", said["version"]), ("steps", .array(steps.map { .string($0) })),
        ] where value != wanted[key] {
            throw PluginError(
                .cannotLoad,
                "'\(manifest.library)' and its manifest do not agree on '\(key)': \((value ?? .null).serialized()) and \((wanted[key] ?? .null).serialized())."
            )
        }
    }

    // MARK: - Calls

    /// What a call gave.
    struct Reply: Sendable {
        var status: Int32
        var bytes: [UInt8]
    }

    /// Calls a step.
    ///
    /// When the task is cancelled this returns at once; a call that has begun goes on, and its reply is dropped.
    func call(_ step: String, _ input: [UInt8]) async throws -> Reply {
        let pending = PendingCall()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard pending.begin(continuation) else { return }
                self.queue.async {
                    if pending.isWanted { pending.finish(Result { try self.callNow(step, input) }) }
                }
            }
        } onCancel: {
            pending.finish(.failure(CancellationError()))
        }
    }

    private func callNow(_ step: String, _ input: [UInt8]) throws -> Reply {
        var reply = autoglm_reply()
        let status = step.withCString { name in
            input.withUnsafeBufferPointer { bytes in
                var call = autoglm_call(
                    size: UInt32(MemoryLayout<autoglm_call>.size), step: name, input: bytes.baseAddress,
                    input_count: bytes.count)
                return self.table.pointee.call(self.state, &call, &reply)
            }
        }
        defer { self.table.pointee.release(self.state, &reply) }
        // A size that no Int can hold is a negative number here.
        let count = reply.output_count
        guard (0...Self.maximumReplyBytes).contains(count) else {
            throw PluginError(
                .badReply,
                "The plugin '\(self.manifest.name)' says that it gave \(UInt(bitPattern: count)) bytes; \(Self.maximumReplyBytes) are the most."
            )
        }
        let bytes = UnsafeBufferPointer(start: reply.output, count: reply.output == nil ? 0 : count)
        return Reply(status: status, bytes: Array(bytes))
    }
}

/// Somebody who waits for a call, until it has ended or they were cancelled.
private final class PendingCall: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<OpenPlugin.Reply, any Error>)
        case over
    }

    private let state = Mutex(State.new)

    /// Whether anybody still waits.
    var isWanted: Bool { self.state.withLock { if case .waiting = $0 { true } else { false } } }

    /// Begins to wait; false, and ended, if the task was cancelled already.
    func begin(_ continuation: CheckedContinuation<OpenPlugin.Reply, any Error>) -> Bool {
        let begins = self.state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !begins { continuation.resume(throwing: CancellationError()) }
        return begins
    }

    /// Ends the wait, if nothing else has.
    func finish(_ result: Result<OpenPlugin.Reply, any Error>) {
        let waiting = self.state.withLock { state -> CheckedContinuation<OpenPlugin.Reply, any Error>? in
            defer { state = .over }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }
}
