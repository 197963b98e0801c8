-- How the clocks from the law were kept, by rule, place, agency and month: what the shared set `service_level` shows.

CREATE TABLE ops.service_level (
    rule TEXT NOT NULL,
    place TEXT NOT NULL,
    agency_name TEXT NOT NULL,
    month TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    rule_name_en TEXT NOT NULL,
    met_count BIGINT NOT NULL,
    missed_count BIGINT NOT NULL,
    running_count BIGINT NOT NULL,
    unknown_count BIGINT NOT NULL,
    limit_amount INTEGER NOT NULL,
    limit_unit TEXT NOT NULL,
    legal_basis TEXT[] NOT NULL,
    calendar_version TEXT NOT NULL,
    counted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_service_level PRIMARY KEY (rule, place, agency_name, month)
);

COMMENT ON COLUMN ops.service_level.place IS 'portal, or target of a delivery';
COMMENT ON COLUMN ops.service_level.agency_name IS 'unknown where the portal names none';
COMMENT ON COLUMN ops.service_level.month IS 'in Vietnam, of the cases'' beginning; unknown where nobody told it';
COMMENT ON COLUMN ops.service_level.rule_name IS 'Vietnamese';
COMMENT ON COLUMN ops.service_level.limit_unit IS 'minute, working-hour or working-day';
COMMENT ON COLUMN ops.service_level.legal_basis IS 'texts, each with how sure it is';
