// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SwiftProtobuf

/// The protocols' files by name and by what they declare, as reflection tells them.
struct DescriptorIndex: Sendable {
    /// The names of all services, sorted.
    private(set) var services: [String] = []
    private var files: [String: Google_Protobuf_FileDescriptorProto] = [:]
    /// The file in which a message, an enumeration, a service or a part of one is declared.
    private var places: [String: String] = [:]

    /// Reads the files of a set.
    init(_ set: Google_Protobuf_FileDescriptorSet) {
        for file in set.file {
            self.files[file.name] = file
            let prefix = file.package.isEmpty ? "" : "\(file.package)."
            for service in file.service {
                let name = prefix + service.name
                self.services.append(name)
                self.places[name] = file.name
                for method in service.method { self.places["\(name).\(method.name)"] = file.name }
            }
            self.add(file.messageType, file.enumType, in: prefix, file.name)
        }
        self.services.sort()
    }

    /// The protocols that this server speaks.
    ///
    /// - Throws: Where the program's own descriptors are damaged.
    static func served() throws -> DescriptorIndex {
        let bytes = Data(base64Encoded: ProtocolDescriptors.base64) ?? Data()
        return DescriptorIndex(try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes))
    }

    /// A file and all that it imports, itself first; nil where there is none of that name.
    func file(named name: String) -> [Google_Protobuf_FileDescriptorProto]? {
        guard self.files[name] != nil else { return nil }
        var (found, waiting): ([Google_Protobuf_FileDescriptorProto], [String]) = ([], [name])
        var seen: Set<String> = [name]
        while let next = waiting.popLast() {
            guard let file = self.files[next] else { continue }
            found.append(file)
            waiting += file.dependency.filter { seen.insert($0).inserted }
        }
        return found
    }

    /// The file that declares something, and all that it imports.
    func file(declaring symbol: String) -> [Google_Protobuf_FileDescriptorProto]? {
        self.places[symbol].flatMap { self.file(named: $0) }
    }

    private mutating func add(
        _ messages: [Google_Protobuf_DescriptorProto], _ enumerations: [Google_Protobuf_EnumDescriptorProto],
        in prefix: String, _ file: String
    ) {
        for enumeration in enumerations { self.places[prefix + enumeration.name] = file }
        for message in messages {
            let name = prefix + message.name
            self.places[name] = file
            for field in message.field { self.places["\(name).\(field.name)"] = file }
            self.add(message.nestedType, message.enumType, in: "\(name).", file)
        }
    }
}
