-- What a dossier's state and dates were seen to be, one row each time one of them differed; and where one batch's events lie.

CREATE TABLE core.dossier_version (
    dossier_id BIGINT NOT NULL,
    version_number INTEGER NOT NULL,
    status_code TEXT NOT NULL,
    status_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    appointment_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    source_hash BYTEA NOT NULL,
    batch_id BIGINT NOT NULL,
    CONSTRAINT pk_dossier_version PRIMARY KEY (dossier_id, version_number),
    CONSTRAINT fk_dossier_version_dossier_id_dossier FOREIGN KEY(dossier_id) REFERENCES core.dossier (dossier_id) ON DELETE CASCADE
);

CREATE INDEX ix_dossier_event_batch_id ON core.dossier_event USING brin (batch_id);
