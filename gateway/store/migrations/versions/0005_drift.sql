-- Drift is watched by type too: what is usual of a member, when it was seen otherwise, and how that looks.

CREATE TABLE ops.usual_member (
    portal TEXT NOT NULL,
    stream TEXT NOT NULL,
    path TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    is_always BOOLEAN NOT NULL,
    batch_id BIGINT NOT NULL,
    CONSTRAINT pk_usual_member PRIMARY KEY (portal, stream, path)
);
COMMENT ON COLUMN ops.usual_member.path IS 'a member that the mapping reads';
COMMENT ON COLUMN ops.usual_member.kinds IS 'types it has: text, number, bool, object, list';
COMMENT ON COLUMN ops.usual_member.is_always IS 'every record has it';
COMMENT ON COLUMN ops.usual_member.batch_id IS 'the full batch it was learned from';

ALTER TABLE ops.batch ADD COLUMN mapped_count BIGINT DEFAULT '0' NOT NULL;
COMMENT ON COLUMN ops.batch.mapped_count IS 'records not known by their hash';

ALTER TABLE ops.drift
    ADD COLUMN last_batch_id BIGINT,
    ADD COLUMN first_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ADD COLUMN last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ADD COLUMN sample TEXT;
UPDATE ops.drift SET last_batch_id = batch_id;
UPDATE ops.drift SET first_seen_at = b.started_at, last_seen_at = b.started_at
    FROM ops.batch b WHERE b.batch_id = drift.batch_id;
UPDATE ops.batch SET mapped_count = read_count;
ALTER TABLE ops.drift ALTER COLUMN last_batch_id SET NOT NULL;
COMMENT ON COLUMN ops.drift.path IS 'the member';
COMMENT ON COLUMN ops.drift.kind IS 'appeared, vanished, or became and the type it has now';
COMMENT ON COLUMN ops.drift.record_count IS 'records of the last batch that show it';
COMMENT ON COLUMN ops.drift.last_batch_id IS 'where it was last seen';
COMMENT ON COLUMN ops.drift.sample IS 'how a record writes it; of what may be personal only the shape';
