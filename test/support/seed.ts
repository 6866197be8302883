import fc from 'fast-check';

/**
 * Properties are held against the same cases every time, so that a change is judged by what it changes;
 * `DNNSPLIT_SEED=random` (or a number) looks at others.
 */
const { DNNSPLIT_SEED: wanted = '1' } = process.env;
if (wanted !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
