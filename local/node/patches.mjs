// Module hooks that mend the pinned Data API as it is loaded, where it answers otherwise than PostgREST would.
const PATCHES = [
    {
        // PostgREST takes a table for a junction only when both foreign keys are part of its primary key; Lite takes
        // every table with both, and then calls `executions?select=*,pipelines(name)` ambiguous.
        from: 'for(let S of Bn(w))u.push({type:"m2m"',
        to:
            "for(let S of Bn(w))[...g,...S].every(k=>t.columns.some(c=>" +
            'c.table===y&&c.name===k.column&&c.is_primary_key))&&u.push({type:"m2m"',
    },
    {
        // A violated check and a raised exception are the caller's fault: 400, not 500.
        from: 'a==="21"||o.code==="23502")',
        to: 'a==="21"||a==="23"||a==="P0")',
    },
];

export async function load(url, context, nextLoad) {
    const loaded = await nextLoad(url, context);
    if (!url.endsWith("/@supabase/lite/dist/index.js")) return loaded;
    let source = String(loaded.source);
    for (const { from, to } of PATCHES) {
        if (source.split(from).length !== 2) throw new Error(`@supabase/lite has changed: ${from} is not there once`);
        source = source.replace(from, () => to);
    }
    return { ...loaded, source };
}
