// SPDX-License-Identifier: Apache-2.0
#ifndef CNATS_H
#define CNATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Objects as the C client of NATS has them: natsOptions, natsConnection, natsSubscription and natsMsg.
struct cnats_options;
struct cnats_connection;
struct cnats_subscription;
struct cnats_message;
/// A connection's thread that reads and writes; see `cnats_loop_create`.
struct cnats_loop;

/// The numbers of libnats that are used (natsStatus and natsConnStatus, unchanged from 3.0 to 3.12).
enum cnats_constant {
    CNATS_OK = 0, CNATS_CONNECTION_CLOSED = 5, CNATS_NO_SERVER = 6, CNATS_SECURE_WANTED = 8, CNATS_SECURE_REQUIRED = 9,
    CNATS_CONNECTION_DISCONNECTED = 10, CNATS_AUTHORIZATION_FAILED = 11, CNATS_NOT_PERMITTED = 12,
    CNATS_INVALID_ARGUMENT = 16, CNATS_MAX_PAYLOAD = 21, CNATS_INSUFFICIENT_BUFFER = 23, CNATS_TIMEOUT = 26, CNATS_SSL_ERROR = 29, CNATS_DRAINING = 32,
    CNATS_IS_CONNECTED = 2,
};

typedef void (*cnats_message_handler)(
    struct cnats_connection *_Nullable, struct cnats_subscription *_Nullable, struct cnats_message *_Nullable,
    void *_Nullable closure);
typedef void (*cnats_connection_handler)(struct cnats_connection *_Nullable, void *_Nullable closure);
typedef void (*cnats_error_handler)(
    struct cnats_connection *_Nullable, struct cnats_subscription *_Nullable, int status, void *_Nullable closure);
typedef void (*cnats_completion_handler)(void *_Nullable closure);

/// The functions of libnats that are used; what each does stands in its manual under the name beside it.
struct cnats_library {
    const char *_Nonnull (*_Nonnull version)(void);                                      // nats_GetVersion
    const char *_Nonnull (*_Nonnull status_text)(int status);                            // natsStatus_GetText
    int (*_Nonnull create_options)(struct cnats_options *_Nullable *_Nonnull);           // natsOptions_Create
    void (*_Nonnull destroy_options)(struct cnats_options *_Nullable);                   // natsOptions_Destroy
    int (*_Nonnull set_servers)( // natsOptions_SetServers
        struct cnats_options *_Nonnull, const char *_Nullable const *_Nonnull urls, int count);
    int (*_Nonnull set_name)(struct cnats_options *_Nonnull, const char *_Nonnull);      // natsOptions_SetName
    int (*_Nonnull set_timeout)(struct cnats_options *_Nonnull, int64_t milliseconds);   // natsOptions_SetTimeout
    int (*_Nonnull set_ping_interval)(struct cnats_options *_Nonnull, int64_t milliseconds); // natsOptions_SetPingInterval
    int (*_Nonnull set_user)( // natsOptions_SetUserInfo
        struct cnats_options *_Nonnull, const char *_Nonnull user, const char *_Nonnull password);
    int (*_Nonnull set_token)(struct cnats_options *_Nonnull, const char *_Nonnull);     // natsOptions_SetToken
    int (*_Nonnull set_nkey)( // natsOptions_SetNKeyFromSeed
        struct cnats_options *_Nonnull, const char *_Nonnull public_key, const char *_Nonnull seed_file);
    int (*_Nonnull set_credentials)( // natsOptions_SetUserCredentialsFromFiles
        struct cnats_options *_Nonnull, const char *_Nonnull file, const char *_Nullable seed_file);
    int (*_Nonnull set_secure)(struct cnats_options *_Nonnull, bool);                    // natsOptions_SetSecure
    int (*_Nonnull load_authorities)(struct cnats_options *_Nonnull, const char *_Nonnull); // natsOptions_LoadCATrustedCertificates
    int (*_Nonnull load_certificate)( // natsOptions_LoadCertificatesChain
        struct cnats_options *_Nonnull, const char *_Nonnull certificates, const char *_Nonnull key);
    int (*_Nonnull set_expected_host)(struct cnats_options *_Nonnull, const char *_Nonnull); // natsOptions_SetExpectedHostname
    int (*_Nonnull set_maximum_reconnects)(struct cnats_options *_Nonnull, int);         // natsOptions_SetMaxReconnect
    int (*_Nonnull set_reconnect_wait)(struct cnats_options *_Nonnull, int64_t milliseconds); // natsOptions_SetReconnectWait
    int (*_Nonnull set_reconnect_jitter)( // natsOptions_SetReconnectJitter
        struct cnats_options *_Nonnull, int64_t milliseconds, int64_t with_tls);
    int (*_Nonnull set_reconnect_buffer)(struct cnats_options *_Nonnull, int bytes);     // natsOptions_SetReconnectBufSize
    int (*_Nonnull use_delivery_pool)(struct cnats_options *_Nonnull, bool);             // natsOptions_UseGlobalMessageDelivery
    int (*_Nonnull send_at_once)(struct cnats_options *_Nonnull, bool);                  // natsOptions_SetSendAsap
    int (*_Nonnull on_error)(struct cnats_options *_Nonnull, cnats_error_handler _Nullable, void *_Nullable); // natsOptions_SetErrorHandler
    int (*_Nonnull on_disconnect)(struct cnats_options *_Nonnull, cnats_connection_handler _Nullable, void *_Nullable); // natsOptions_SetDisconnectedCB
    int (*_Nonnull on_reconnect)(struct cnats_options *_Nonnull, cnats_connection_handler _Nullable, void *_Nullable); // natsOptions_SetReconnectedCB
    int (*_Nonnull on_close)(struct cnats_options *_Nonnull, cnats_connection_handler _Nullable, void *_Nullable); // natsOptions_SetClosedCB
    int (*_Nonnull set_loop)( // natsOptions_SetEventLoop
        struct cnats_options *_Nonnull, void *_Nonnull loop,
        int (*_Nonnull attach)(void *_Nullable *_Nonnull, void *_Nonnull, struct cnats_connection *_Nonnull, int socket),
        int (*_Nonnull read)(void *_Nonnull, bool adds), int (*_Nonnull write)(void *_Nonnull, bool adds),
        int (*_Nonnull detach)(void *_Nonnull));
    int (*_Nonnull connect)( // natsConnection_Connect
        struct cnats_connection *_Nullable *_Nonnull, struct cnats_options *_Nonnull);
    void (*_Nonnull read_event)(struct cnats_connection *_Nonnull);                      // natsConnection_ProcessReadEvent
    void (*_Nonnull write_event)(struct cnats_connection *_Nonnull);                     // natsConnection_ProcessWriteEvent
    int (*_Nonnull status)(struct cnats_connection *_Nonnull);                           // natsConnection_Status
    int (*_Nonnull buffered)(struct cnats_connection *_Nonnull);                         // natsConnection_Buffered
    int (*_Nonnull flush)(struct cnats_connection *_Nonnull, int64_t milliseconds);      // natsConnection_FlushTimeout
    int64_t (*_Nonnull maximum_payload)(struct cnats_connection *_Nonnull);              // natsConnection_GetMaxPayload
    int (*_Nonnull last_error)( // natsConnection_GetLastError
        struct cnats_connection *_Nonnull, const char *_Nullable *_Nonnull);
    int (*_Nonnull drain)(struct cnats_connection *_Nonnull, int64_t milliseconds);      // natsConnection_DrainTimeout
    void (*_Nonnull close)(struct cnats_connection *_Nonnull);                           // natsConnection_Close
    void (*_Nonnull destroy)(struct cnats_connection *_Nonnull);                         // natsConnection_Destroy
    int (*_Nonnull publish)(struct cnats_connection *_Nonnull, struct cnats_message *_Nonnull); // natsConnection_PublishMsg
    int (*_Nonnull publish_bytes)( // natsConnection_PublishRequest
        struct cnats_connection *_Nonnull, const char *_Nonnull subject, const char *_Nonnull reply,
        const void *_Nullable data, int size);
    int (*_Nonnull subscribe)( // natsConnection_Subscribe
        struct cnats_subscription *_Nullable *_Nonnull, struct cnats_connection *_Nonnull, const char *_Nonnull subject,
        cnats_message_handler _Nonnull, void *_Nullable closure);
    int (*_Nonnull subscribe_group)( // natsConnection_QueueSubscribe
        struct cnats_subscription *_Nullable *_Nonnull, struct cnats_connection *_Nonnull, const char *_Nonnull subject,
        const char *_Nonnull group, cnats_message_handler _Nonnull, void *_Nullable closure);
    int (*_Nonnull set_pending_limits)(struct cnats_subscription *_Nonnull, int messages, int bytes); // natsSubscription_SetPendingLimits
    int (*_Nonnull on_completion)( // natsSubscription_SetOnCompleteCB
        struct cnats_subscription *_Nonnull, cnats_completion_handler _Nonnull, void *_Nullable closure);
    int (*_Nonnull unsubscribe)(struct cnats_subscription *_Nonnull);                    // natsSubscription_Unsubscribe
    void (*_Nonnull destroy_subscription)(struct cnats_subscription *_Nonnull);          // natsSubscription_Destroy
    int (*_Nonnull create_message)( // natsMsg_Create
        struct cnats_message *_Nullable *_Nonnull, const char *_Nonnull subject, const char *_Nullable reply,
        const char *_Nullable data, int size);
    void (*_Nonnull destroy_message)(struct cnats_message *_Nullable);                   // natsMsg_Destroy
    const char *_Nullable (*_Nonnull message_subject)(const struct cnats_message *_Nonnull); // natsMsg_GetSubject
    const char *_Nullable (*_Nonnull message_reply)(const struct cnats_message *_Nonnull); // natsMsg_GetReply
    const char *_Nullable (*_Nonnull message_data)(const struct cnats_message *_Nonnull); // natsMsg_GetData
    int (*_Nonnull message_size)(const struct cnats_message *_Nonnull);                  // natsMsg_GetDataLength
    int (*_Nonnull set_header)( // natsMsgHeader_Set
        struct cnats_message *_Nonnull, const char *_Nonnull name, const char *_Nonnull value);
    int (*_Nonnull header)( // natsMsgHeader_Get
        struct cnats_message *_Nonnull, const char *_Nonnull name, const char *_Nullable *_Nonnull value);
    int (*_Nonnull header_names)( // natsMsgHeader_Keys; the list is the caller's to free
        struct cnats_message *_Nonnull, const char *_Nullable *_Nullable *_Nonnull names, int *_Nonnull count);
};

/// Loads libnats from the first of the files that the system finds; it stays loaded.
///
/// Returns the table, which is the caller's to keep for good, or NULL, and then the reason in `reason`: a text of at
/// most `reason_size` bytes, its ending zero included.
const struct cnats_library *_Nullable cnats_load(
    const char *_Nullable const *_Nonnull files, size_t file_count, char *_Nonnull reason, size_t reason_size);

/// Starts a thread that reads and writes for one connection, and gives it to the options of that connection.
///
/// The library's own threads write either each message by itself, or a millisecond late; this one writes at once whatever
/// has come together. Returns NULL where the system has no more threads or files.
struct cnats_loop *_Nullable cnats_loop_create(
    const struct cnats_library *_Nonnull, struct cnats_options *_Nonnull);

/// Ends the thread and waits for it; called after the connection is closed and before it is destroyed.
void cnats_loop_destroy(struct cnats_loop *_Nonnull);

#endif
