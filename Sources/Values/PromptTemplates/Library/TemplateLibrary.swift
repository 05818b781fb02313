// SPDX-License-Identifier: Apache-2.0

internal import LLMCore
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A folder of versioned templates that may change while it is used.
///
/// Each file (`.prompt`, `.jinja`, `.j2`, `.md` or `.txt`, in subfolders too) has front matter and a template:
///
/// ```text
/// ---
/// name: summary
/// version: 1.2.0
/// task: summarisation
/// description: Sums up a text in one sentence.
/// engine: jinja            # or format, for {name} places
/// input_schema: {type: object, required: [text], properties: {text: {type: string}}}
/// ---
/// Sum up in one sentence: {{ text }}
/// ```
///
/// A file that is broken by an edit keeps serving its last good version; ``problems`` says so.
public final class TemplateLibrary: Sendable {
    /// What a reload changed; each is `name version`.
    public struct Changes: Sendable, Hashable {
        /// Versions that were not there before.
        public var added: [String] = []
        /// Versions whose file changed.
        public var updated: [String] = []
        /// Versions that are gone.
        public var removed: [String] = []
        /// Whether nothing changed.
        public var isEmpty: Bool { self.added.isEmpty && self.updated.isEmpty && self.removed.isEmpty }
    }

    private struct Identity: Hashable {
        let name: String
        let version: SemanticVersion

        var text: String { "\(self.name) \(self.version)" }
    }

    private struct File {
        var size: Int
        var modified: Date
        var readAt: Date
        var bytes: [UInt8]
        var template: LibraryTemplate?
        var problem: TemplateProblem?
    }

    private struct State {
        var files: [String: File] = [:]
        var templates: [Identity: LibraryTemplate] = [:]
        var problems: [TemplateProblem] = []
    }

    private static let suffixes = [".prompt", ".jinja", ".j2", ".md", ".txt"]
    private static let maximumFiles = 10_000

    /// The folder's path.
    public let folder: String
    private let options: JinjaOptions
    private let state = Mutex(State())

    /// Reads a folder.
    ///
    /// - Parameters:
    ///   - folder: The folder's path.
    ///   - options: How Jinja templates are read and rendered.
    /// - Throws: ``PromptError`` with code `.invalidLibrary` if the folder cannot be read; broken files are no error
    ///   but ``problems``.
    public init(folder: String, options: JinjaOptions = JinjaOptions()) throws {
        self.folder = folder
        self.options = options
        try self.reload()
    }

    /// What is wrong with files of the folder, in order of their names.
    public var problems: [TemplateProblem] { self.state.withLock { $0.problems } }

    /// Every template, by name and version.
    public var templates: [LibraryTemplate] {
        self.state.withLock { Array($0.templates.values) }
            .sorted { ($0.name, $0.version) < ($1.name, $1.version) }
    }

    // MARK: Looking up

    /// Finds the newest version of a template within a range.
    ///
    /// - Parameters:
    ///   - name: The template's name.
    ///   - range: Which versions will do.
    /// - Throws: ``PromptError`` with code `.templateNotFound` that names the nearest name or the versions there are.
    public func template(_ name: String, _ range: VersionRange = .latest) throws -> LibraryTemplate {
        let templates = self.state.withLock { $0.templates }
        let named = templates.values.filter { $0.name == name }
        guard !named.isEmpty else {
            let hint = NearestName.hint(for: name, in: Set(templates.keys.map(\.name)).sorted())
            throw PromptError(.templateNotFound, "There is no template '\(name)' in \(self.folder). \(hint)")
        }
        if let best = named.filter({ range.contains($0.version) }).max(by: { $0.version < $1.version }) { return best }
        let versions = named.map(\.version).sorted().map(\.description).joined(separator: ", ")
        throw PromptError(
            .templateNotFound, "No version of the template '\(name)' fits '\(range)'; there are: \(versions).")
    }

    /// Finds the newest version of a template within a range such as `^1.2`.
    ///
    /// - Parameters:
    ///   - name: The template's name.
    ///   - range: As ``VersionRange`` reads it.
    /// - Throws: ``PromptError``.
    public func template(_ name: String, version range: String) throws -> LibraryTemplate {
        try self.template(name, try VersionRange(range))
    }

    // MARK: Reloading

    /// Looks for changes in the folder and takes them in.
    ///
    /// Files whose size and time of change are as before are not read again, unless they changed just before the last
    /// look.
    /// - Returns: What changed.
    /// - Throws: ``PromptError`` with code `.invalidLibrary` if the folder cannot be read; nothing is changed then.
    @discardableResult
    public func reload() throws -> Changes {
        let paths = try self.paths()
        return self.state.withLock { state in
            var files: [String: File] = [:]
            for path in paths { files[path] = self.read(path, known: state.files[path]) }
            state.files = files
            return self.rebuild(&state)
        }
    }

    private func paths() throws -> [String] {
        do {
            let all = try FileManager.default.subpathsOfDirectory(atPath: self.folder)
            let paths = all.filter { path in
                Self.suffixes.contains { path.hasSuffix($0) }
                    && !path.split(separator: "/").contains { $0.hasPrefix(".") }
            }
            guard paths.count <= Self.maximumFiles else {
                throw PromptError(.invalidLibrary, "\(self.folder) has more than \(Self.maximumFiles) templates.")
            }
            return paths.sorted()
        } catch let error as PromptError {
            throw error
        } catch {
            throw PromptError(.invalidLibrary, "The template folder \(self.folder) cannot be read.", cause: error)
        }
    }

    /// Reads a file, or keeps what is known of it where nothing changed.
    private func read(_ path: String, known: File?) -> File {
        let full = self.folder + "/" + path
        let now = Date()
        let attributes = try? FileManager.default.attributesOfItem(atPath: full)
        let size = (attributes?[.size] as? UInt64).map { Int(clamping: $0) } ?? attributes?[.size] as? Int ?? 0
        let modified = attributes?[.modificationDate] as? Date ?? .distantPast
        var file = File(
            size: size, modified: modified, readAt: now, bytes: known?.bytes ?? [], template: known?.template,
            problem: known?.problem)
        if let known, known.size == size, known.modified == modified,
            modified.timeIntervalSinceReferenceDate < known.readAt.timeIntervalSinceReferenceDate - 2
        {
            return known
        }
        guard size <= TemplateFile.maximumSize, let data = FileManager.default.contents(atPath: full),
            data.count <= TemplateFile.maximumSize
        else {
            let reason =
                size > TemplateFile.maximumSize
                ? "The file is larger than \(TemplateFile.maximumSize) bytes." : "The file cannot be read."
            return self.broken(file, TemplateFile.Failure(line: nil, message: reason), path)
        }
        let bytes = [UInt8](data)
        if let known, known.bytes == bytes, known.template != nil || known.problem != nil { return file }
        file.bytes = bytes
        do throws(TemplateFile.Failure) {
            file.template = try TemplateFile.parse(bytes, path: path, options: self.options)
            file.problem = nil
            return file
        } catch {
            return self.broken(file, error, path)
        }
    }

    private func broken(_ file: File, _ failure: TemplateFile.Failure, _ path: String) -> File {
        var file = file
        let kept = file.template.map { " The last good version (\($0.name) \($0.version)) stays in use." } ?? ""
        file.problem = TemplateProblem(file: path, line: failure.line, message: failure.message + kept)
        return file
    }

    /// Puts the files' templates together; of two with one name and version, the one that was there first stays.
    private func rebuild(_ state: inout State) -> Changes {
        let before = state.templates
        var problems = state.files.values.compactMap(\.problem)
        var templates: [Identity: LibraryTemplate] = [:]
        let inOrder = state.files.values.compactMap(\.template).sorted { left, right in
            func isIncumbent(_ template: LibraryTemplate) -> Bool {
                before[Identity(name: template.name, version: template.version)]?.file == template.file
            }
            if isIncumbent(left) != isIncumbent(right) { return isIncumbent(left) }
            return left.file < right.file
        }
        for template in inOrder {
            let identity = Identity(name: template.name, version: template.version)
            if let other = templates[identity] {
                problems.append(
                    TemplateProblem(
                        file: template.file, line: nil,
                        message: "\(identity.text) is already defined in \(other.file); change one's version."))
            } else {
                templates[identity] = template
            }
        }
        state.templates = templates
        state.problems = problems.sorted { ($0.file, $0.line ?? 0) < ($1.file, $1.line ?? 0) }
        return Self.changes(from: before, to: templates)
    }

    private static func changes(
        from before: [Identity: LibraryTemplate], to after: [Identity: LibraryTemplate]
    ) -> Changes {
        var changes = Changes()
        for (identity, template) in after {
            guard let old = before[identity] else {
                changes.added.append(identity.text)
                continue
            }
            let isSame =
                old.body == template.body && old.file == template.file && old.inputSchema == template.inputSchema
                && old.engine == template.engine && old.task == template.task
                && old.description == template.description
            if !isSame { changes.updated.append(identity.text) }
        }
        changes.removed = before.keys.filter { after[$0] == nil }.map(\.text).sorted()
        changes.added.sort()
        changes.updated.sort()
        return changes
    }

    // MARK: Watching

    /// Reloads at intervals until the task is cancelled.
    ///
    /// A folder that cannot be read for a while is no reason to stop; what was loaded stays in use.
    /// - Parameters:
    ///   - interval: The time between two looks.
    ///   - clock: Measures the interval.
    ///   - onReload: Called after each look, with what changed or why the folder could not be read.
    public func run(
        every interval: Duration = .seconds(2), clock: any Clock<Duration> = ContinuousClock(),
        onReload: @Sendable (Result<Changes, any Error>) async -> Void = { _ in }
    ) async {
        while !Task.isCancelled {
            do { try await clock.sleep(for: interval) } catch { return }
            await onReload(Result { try self.reload() })
        }
    }
}
