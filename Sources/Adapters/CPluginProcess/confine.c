// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CPluginProcess.h"

#include <errno.h>

#ifdef __linux__
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef THIS_ARCHITECTURE

// Never needed by what computes and answers; each would reach into other processes or the kernel, or around this filter.
static const int never[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup,
    SYS_io_uring_enter, SYS_io_uring_register, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_setns, SYS_unshare,
    SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_keyctl,
    SYS_add_key, SYS_request_key, SYS_pidfd_getfd, SYS_pidfd_open, SYS_pidfd_send_signal, SYS_open_by_handle_at, SYS_settimeofday,
    SYS_clock_settime, SYS_adjtimex, SYS_acct, SYS_quotactl, SYS_sethostname, SYS_setdomainname, SYS_kcmp, SYS_move_pages,
    SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_setrlimit, SYS_ioprio_set, SYS_migrate_pages,
    // Memory that no limit counts, and that other processes share.
    SYS_memfd_create, SYS_shmget, SYS_shmat, SYS_msgget, SYS_msgsnd, SYS_msgrcv, SYS_semget, SYS_semop, SYS_semtimedop, SYS_mq_open,
};
// What holds for the process whose number is the first argument.
static const int by_process[] = {
    SYS_prlimit64, SYS_sched_setaffinity, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr,
};
static const int network[] = {SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4};
static const int processes[] = {
    SYS_execve, SYS_execveat,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
};
// Landlock keeps files apart where it is there; changing them is refused in any case.
static const int files[] = {
    SYS_truncate, SYS_unlinkat, SYS_mkdirat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mknodat, SYS_fchmodat,
    SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_openat2, SYS_fchmod, SYS_fchown, SYS_lsetxattr, SYS_fsetxattr,
    SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr,
    // fchmodat2, setxattrat, removexattrat and file_setattr, which older headers lack.
    452, 463, 466, 469,
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_open
    SYS_creat, SYS_unlink, SYS_rename, SYS_mkdir, SYS_rmdir, SYS_link, SYS_symlink, SYS_chmod, SYS_chown, SYS_lchown, SYS_mknod,
    SYS_utime, SYS_utimes,
#endif
};

struct program {
    struct sock_filter code[512];
    unsigned short count;
};

static void add(struct program *program, struct sock_filter instruction) {
    if (program->count < sizeof program->code / sizeof *program->code) program->code[program->count++] = instruction;
}

static void load(struct program *program, unsigned offset) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void refuse(struct program *program, int error) {
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error));
}

static void refuse_all(struct program *program, const int *calls, size_t count, int error) {
    for (size_t i = 0; i < count; i++) {
        add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1));
        refuse(program, error);
    }
}

#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + (n) * sizeof(uint64_t))
#define REFUSE_ALL(program, calls, error) refuse_all(program, calls, sizeof calls / sizeof *calls, error)

// Refuses a call if half of an argument, at an offset, has one of some bits (set), or differs from a value.
static void refuse_if(struct program *program, int call, unsigned offset, unsigned value, int is_mask, int error) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 4));
    load(program, offset);
    if (is_mask) add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, value, 0, 1));
    else add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
    refuse(program, error);
    load(program, offsetof(struct seccomp_data, nr));
}

// Refuses a call unless its argument is 0, for the caller, or the process's own number.
static void refuse_others(struct program *program, int call, unsigned argument, unsigned own, int error) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 5));
    load(program, ARGUMENT(argument));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own, 1, 0));
    refuse(program, error);
    load(program, offsetof(struct seccomp_data, nr));
}

static int filter(uint32_t allowed) {
    struct program program = {.count = 0};
    load(&program, offsetof(struct seccomp_data, arch));
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0));
    add(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    load(&program, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    // The x32 interface has other numbers for the same calls.
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x40000000, 0, 1));
    refuse(&program, ENOSYS);
#endif
    REFUSE_ALL(&program, never, EPERM);
    unsigned own = (unsigned)getpid();
    refuse_if(&program, SYS_kill, ARGUMENT(0), own, 0, EPERM);
    refuse_if(&program, SYS_tgkill, ARGUMENT(0), own, 0, EPERM);
    for (size_t i = 0; i < sizeof by_process / sizeof *by_process; i++) refuse_others(&program, by_process[i], 0, own, EPERM);
    // By PRIO_PROCESS only, and so for itself.
    refuse_if(&program, SYS_setpriority, ARGUMENT(0), PRIO_PROCESS, 0, EPERM);
    refuse_others(&program, SYS_setpriority, 1, own, EPERM);
    // Limits may be read, not set: both halves of the pointer to new ones are 0.
    refuse_if(&program, SYS_prlimit64, ARGUMENT(2), 0, 0, EPERM);
    refuse_if(&program, SYS_prlimit64, ARGUMENT(2) + 4, 0, 0, EPERM);
    // Whose flags stand in memory, where no filter sees them; without it the C library uses clone.
    int clone3 = SYS_clone3;
    if (!(allowed & CPP_PROCESSES)) refuse_all(&program, &clone3, 1, ENOSYS);
    if (!(allowed & CPP_PROCESSES)) {
        REFUSE_ALL(&program, processes, EACCES);
        // Threads may be made, processes not: CLONE_THREAD must be set.
        add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4));
        load(&program, ARGUMENT(0));
        add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x00010000, 1, 0));
        refuse(&program, EACCES);
        load(&program, offsetof(struct seccomp_data, nr));
    }
    if (!(allowed & CPP_NETWORK)) REFUSE_ALL(&program, network, EACCES);
    if (!(allowed & CPP_FILES)) {
        REFUSE_ALL(&program, files, EACCES);
        refuse_if(&program, SYS_openat, ARGUMENT(2), O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, EACCES);
#ifdef SYS_open
        refuse_if(&program, SYS_open, ARGUMENT(1), O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, EACCES);
#endif
    }
    add(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    struct sock_fprog whole = {.len = program.count, .filter = program.code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &whole);
}

#ifdef LANDLOCK_ACCESS_FS_REFER
#define READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
// All accesses that the first version knows: thirteen bits.
#define EVERYTHING ((1u << 13) - 1)

static void let(int rules, uint64_t accesses, const char *path) {
    int folder = open(path, O_PATH | O_CLOEXEC);
    if (folder < 0) return;
    struct landlock_path_beneath_attr rule = {.allowed_access = accesses, .parent_fd = folder};
    // A file has no folders to be read.
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) && errno == EINVAL) {
        rule.allowed_access &= ~(uint64_t)LANDLOCK_ACCESS_FS_READ_DIR;
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(folder);
}

static void let_read(int rules, const char *readable) {
    // libdispatch ends a process whose threads' states it cannot read under /proc, each by a number of its own.
    static const char *const usual[] = {
        "/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime",
        "/etc/ssl/certs", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/proc",
        "/sys/devices/system/cpu", "/sys/fs/cgroup",
    };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) let(rules, READING, usual[i]);
    let(rules, READING, readable);
}

// Whoever has rules of any kind is also kept from the memory and the environment of processes that do not have them; so a plugin that may
// use files has one that changes nothing.
static int restrict_files(uint32_t allowed, const char *readable) {
    int is_free = allowed & CPP_FILES;
    struct landlock_ruleset_attr handled = {.handled_access_fs = is_free ? LANDLOCK_ACCESS_FS_REFER : EVERYTHING};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled.handled_access_fs, 0);
    if (rules < 0) return -1;
    if (is_free) let(rules, LANDLOCK_ACCESS_FS_REFER, "/");
    else let_read(rules, readable);
    int failed = (int)syscall(SYS_landlock_restrict_self, rules, 0);
    close(rules);
    return failed;
}
#else
static int restrict_files(uint32_t allowed, const char *readable) {
    (void)allowed, (void)readable;
    return -1;
}
#endif

// Takes what root may do beyond what its files let it. Who lacks it also cannot look into processes that have it.
static int drop_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return (int)syscall(SYS_capset, &header, none);
}

// How many bytes this process has to itself, in use or not.
static uint64_t own_memory(void) {
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t count = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[count > 0 ? count : 0] = 0;
    unsigned long long pages = 0;
    return sscanf(text, "%*u %*u %*u %*u %*u %llu", &pages) == 1 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

int32_t cpp_confine(uint32_t allowed, const char *readable, uint64_t extra_memory, uint32_t *done) {
    *done = 0;
    if (extra_memory) {
        // A wall behind the limit that the program keeps: malloc fails before the machine is short of memory.
        uint64_t most = own_memory() + extra_memory;
        struct rlimit limit = {most, most};
        if (setrlimit(RLIMIT_DATA, &limit)) return errno;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
    if (drop_capabilities()) return errno;
    if (!restrict_files(allowed, readable)) *done |= CPP_HAS_LANDLOCK;
    if (!filter(allowed)) *done |= CPP_HAS_FILTER;
    return 0;
}
#endif
#endif

#ifndef THIS_ARCHITECTURE
int32_t cpp_confine(uint32_t allowed, const char *readable, uint64_t extra_memory, uint32_t *done) {
    (void)allowed, (void)readable, (void)extra_memory;
    *done = 0;
    return 0;
}
#endif
