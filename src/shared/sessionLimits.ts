/** What a relay keeps of models that remember, unless it is told otherwise. */
export const defaultSessions = { maxSessions: 1024, maxSessionMB: 1024, sessionIdleS: 300 } as const;
