-- Both databases read this. Moments are milliseconds since 1970 in UTC; lists are JSON.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    workspaces TEXT NOT NULL,
    hash TEXT NOT NULL,
    max_sessions BIGINT,
    max_submissions BIGINT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    account TEXT NOT NULL,
    workspaces TEXT NOT NULL,
    models TEXT NOT NULL,
    single_use BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE vocabularies (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    workspace TEXT NOT NULL,
    prefix TEXT NOT NULL,
    target_model TEXT NOT NULL,
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL
);
CREATE INDEX vocabularies_by_owner ON vocabularies (account, workspace, created_at);

CREATE TABLE phrase_lists (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    workspace TEXT NOT NULL,
    job_id TEXT NOT NULL,
    model TEXT NOT NULL,
    words TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL
);
CREATE INDEX phrase_lists_by_owner ON phrase_lists (account, workspace, created_at);

CREATE TABLE usage_by_day (
    key_id TEXT NOT NULL,
    day TEXT NOT NULL,
    model TEXT NOT NULL,
    tasks BIGINT NOT NULL,
    seconds BIGINT NOT NULL,
    PRIMARY KEY (key_id, day, model)
);

-- A server that has not renewed itself is dead, and its sessions with it.
CREATE TABLE servers (
    id TEXT PRIMARY KEY,
    alive_until BIGINT NOT NULL
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    server_id TEXT NOT NULL REFERENCES servers (id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_key ON sessions (key_id);
CREATE INDEX sessions_by_server ON sessions (server_id);

CREATE TABLE submissions (
    key_id TEXT PRIMARY KEY,
    tokens DOUBLE PRECISION NOT NULL,
    filled_at BIGINT NOT NULL
);
