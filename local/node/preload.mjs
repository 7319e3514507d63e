// Where the embedded Data API differs from the hosted one in what callers see, it is brought into line here.
import { register } from "node:module";

register("./patches.mjs", import.meta.url);
const { PostgresConnection } = await import("@supabase/lite/postgres");

// On its first request Lite grants anon, authenticated and service_role everything in every schema that holds a table
// with row-level security. Hosted Supabase does not: what a migration does not grant stays closed. Here neither.
PostgresConnection.prototype.ensureRlsContext = async () => true;

// Lite hands times on as Postgres prints them ("2026-11-24 05:30:19+00"), which supabase-py refuses to read; PostgREST
// and GoTrue write ISO 8601. Lite's first act is to execute the schema of its auth tables.
const TIMESTAMPTZ = 1184;
const { exec } = PostgresConnection.prototype;
PostgresConnection.prototype.exec = function (...statements) {
    this.driver.options.parsers[TIMESTAMPTZ] = (text) => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
    return exec.apply(this, statements);
};
