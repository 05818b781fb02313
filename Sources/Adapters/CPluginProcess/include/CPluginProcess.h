// SPDX-License-Identifier: Apache-2.0
#ifndef CPP_PLUGIN_PROCESS_H
#define CPP_PLUGIN_PROCESS_H

// What a process of a plugin's own needs from the system: an end of a socket, limits, and nothing else. Functions give 0 or errno.

#include <stddef.h>
#include <stdint.h>

/// What a process may do besides computing and answering; without a flag it may not.
#define CPP_NETWORK 1u
#define CPP_FILES 2u
#define CPP_PROCESSES 4u

/// What `cpp_confine` could do; a kernel may lack some of it.
#define CPP_HAS_FILTER 1u
#define CPP_HAS_LANDLOCK 2u

/// The descriptor of the socket in the process.
#define CPP_SOCKET 3

/// Starts a program with one end of a new pair of sockets as descriptor CPP_SOCKET, its input and output nowhere, and only the
/// environment given. `arguments` and `environment` end with NULL; arguments[0] is the program's path.
int32_t cpp_start(char *const *arguments, char *const *environment, int32_t *pid, int32_t *socket);

/// Closes every descriptor above CPP_SOCKET, lets nobody look into the process, and leaves what happens at a crash to the system.
int32_t cpp_settle(void);

/// Ends the process when the other end of its socket is gone, by a thread: after `cpp_confine`, so that it is confined, too.
int32_t cpp_watch(void);

/// Takes from the calling thread, and those that it starts later, for good, what `allowed` does not name, and root's capabilities; reading stays possible in
/// `readable` and in the folders of the system's libraries. `extra_memory` is how many bytes more than now it may have to itself, 0 for any number.
int32_t cpp_confine(uint32_t allowed, const char *readable, uint64_t extra_memory, uint32_t *done);

/// The resident memory of a process in bytes; 0 if there is none, or that cannot be known.
uint64_t cpp_resident_memory(int32_t pid);

/// Lets two paths change places at once.
int32_t cpp_exchange(const char *first, const char *second);

#endif
