/** Every strategy that a user can choose besides `single:<tier>`, in the order in which they are compared. */
export const namedStrategies = [
  'dnnsplit',
  'exact',
  'neurosurgeon',
  'dads-light',
  'dads-heavy',
  'dnn-surgery',
  'load-aware',
  'dpso',
  'exhaustive',
] as const;
export type NamedStrategy = (typeof namedStrategies)[number];

/** How a plan is searched, or everything on one tier. */
export type Strategy = NamedStrategy | `single:${string}`;
