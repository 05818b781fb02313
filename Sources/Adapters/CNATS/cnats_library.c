// SPDX-License-Identifier: Apache-2.0
// The C client of NATS, loaded when it is first needed: nothing to compile or install where no broker is used.
#include "CNATS.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// In the order of the table.
static const char *const names[] = {
    "nats_GetVersion", "natsStatus_GetText", "natsOptions_Create", "natsOptions_Destroy", "natsOptions_SetServers",
    "natsOptions_SetName", "natsOptions_SetTimeout", "natsOptions_SetPingInterval", "natsOptions_SetUserInfo",
    "natsOptions_SetToken", "natsOptions_SetNKeyFromSeed", "natsOptions_SetUserCredentialsFromFiles",
    "natsOptions_SetSecure", "natsOptions_LoadCATrustedCertificates", "natsOptions_LoadCertificatesChain",
    "natsOptions_SetExpectedHostname", "natsOptions_SetMaxReconnect", "natsOptions_SetReconnectWait",
    "natsOptions_SetReconnectJitter", "natsOptions_SetReconnectBufSize", "natsOptions_UseGlobalMessageDelivery",
    "natsOptions_SetSendAsap", "natsOptions_SetErrorHandler", "natsOptions_SetDisconnectedCB", "natsOptions_SetReconnectedCB",
    "natsOptions_SetClosedCB", "natsOptions_SetEventLoop", "natsConnection_Connect", "natsConnection_ProcessReadEvent",
    "natsConnection_ProcessWriteEvent", "natsConnection_Status", "natsConnection_Buffered", "natsConnection_FlushTimeout",
    "natsConnection_GetMaxPayload", "natsConnection_GetLastError", "natsConnection_DrainTimeout", "natsConnection_Close",
    "natsConnection_Destroy", "natsConnection_PublishMsg", "natsConnection_PublishRequest", "natsConnection_Subscribe",
    "natsConnection_QueueSubscribe", "natsSubscription_SetPendingLimits", "natsSubscription_SetOnCompleteCB",
    "natsSubscription_Unsubscribe", "natsSubscription_Destroy", "natsMsg_Create", "natsMsg_Destroy", "natsMsg_GetSubject",
    "natsMsg_GetReply", "natsMsg_GetData", "natsMsg_GetDataLength", "natsMsgHeader_Set", "natsMsgHeader_Get",
    "natsMsgHeader_Keys",
};
enum { NAME_COUNT = sizeof names / sizeof *names };
_Static_assert(sizeof(struct cnats_library) == NAME_COUNT * sizeof(void *), "a name for each function");

const struct cnats_library *cnats_load(const char *const *files, size_t file_count, char *reason, size_t reason_size) {
    void *library = NULL;
    for (size_t i = 0; i < file_count && !library; i++) library = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(reason, reason_size, "the system has no libnats.so.3; install it (Debian: libnats3.4)");
        return NULL;
    }
    void *functions[NAME_COUNT];
    for (size_t i = 0; i < NAME_COUNT; i++) {
        functions[i] = dlsym(library, names[i]);
        if (!functions[i]) {
            snprintf(reason, reason_size, "the system's libnats cannot be used: it has no %s", names[i]);
            return NULL;
        }
    }
    struct cnats_library *table = malloc(sizeof functions);
    if (table) memcpy(table, functions, sizeof functions);
    else snprintf(reason, reason_size, "there is no memory for libnats");
    return table;
}
