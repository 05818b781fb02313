// SPDX-License-Identifier: Apache-2.0

internal import LLMCore

/// What the environment says of the processes that were started together: by OpenMPI's `mpirun`, or in the words of torchrun.
package struct LaunchEnvironment: Sendable, Equatable {
    /// The number of this process, where it is said.
    package let rank: Int?
    /// How many processes there are; 1 where nothing is said.
    package let size: Int
    /// How many of them are on this machine; 1 where nothing is said.
    package let localSize: Int

    /// Reads the variables `OMPI_COMM_WORLD_RANK`, `…_SIZE` and `…_LOCAL_SIZE`, or `RANK`, `WORLD_SIZE` and `LOCAL_WORLD_SIZE`.
    package init(_ environment: [String: String]) {
        func number(_ names: String...) -> Int? {
            names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first { $0 >= 0 }
        }
        self.rank = number("OMPI_COMM_WORLD_RANK", "RANK")
        self.size = max(1, number("OMPI_COMM_WORLD_SIZE", "WORLD_SIZE") ?? 1)
        self.localSize = max(1, number("OMPI_COMM_WORLD_LOCAL_SIZE", "LOCAL_WORLD_SIZE") ?? 1)
    }

    /// Joins the other processes, where there are others.
    ///
    /// - Parameter file: What the library of MPI is called.
    /// - Throws: ``TrainingError`` with code `.noGroup` where that is not possible, or not those meet that were meant to.
    package func join(_ file: String = "libmpi.so.40") throws -> any ProcessGroup {
        guard self.size > 1 else { return LoneProcess() }
        let group = try MPIGroup(file: file)
        guard group.size == self.size, self.rank ?? group.rank == group.rank else {
            throw TrainingError(
                .noGroup,
                "The environment names process \(self.rank ?? 0) of \(self.size), MPI process \(group.rank) of \(group.size); "
                    + "start them with 'autoglm train launch' or mpirun, or unset RANK and WORLD_SIZE.")
        }
        return group
    }
}
