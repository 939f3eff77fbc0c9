/** What happens to the pumps, apart from their daily duty. */
export interface Scenario {
  readonly name: string
  /** How often the discharge of a pump becomes blocked for a while, mean per day. */
  readonly blockagesPerDay: number
  /** How long a blockage stands, shortest and longest, in seconds. */
  readonly blockageSeconds: readonly [number, number]
}

/** The scenarios by name. */
export const scenarios = {
  /** A working pump whose discharge becomes blocked about three times a day for one to ten minutes. */
  default: { name: 'default', blockagesPerDay: 3, blockageSeconds: [60, 600] },
} as const satisfies Record<string, Scenario>
