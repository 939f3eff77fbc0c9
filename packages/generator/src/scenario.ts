/** The least and the most of something. */
export type Range = readonly [least: number, most: number]

/** A fault that comes now and then, and lasts. */
export interface Spells {
  /** Mean number a day. */
  readonly perDay: number
  /** How long each lasts, shortest and longest, in seconds. */
  readonly seconds: Range
}

/** What goes wrong with the pumps and their sensors; what is not named does not happen. */
export interface Faults {
  /** Something downstream closes: the pressure rises over its limit, the flow falls. */
  readonly blockedDischarge?: Spells
  /** Too little suction head, less than NPSH3 of the Hydraulic Institute: 5 to 15 % less head, and the pressure is rough. */
  readonly cavitation?: Spells
  /** No water comes in: flow and pressure collapse, the speed rises a little. */
  readonly dryRun?: Spells
  /** The pressure hovers about its limit and crosses it again and again. */
  readonly chatter?: Spells
  /** Head is lost slowly over the life of an impeller, in whole days, up to `headLoss` (0–1) when it is replaced. */
  readonly wornImpeller?: { readonly days: Range; readonly headLoss: number }
  /** One sensor shows one value for a while. */
  readonly stuckSensor?: Spells
  /** Single readings of one sensor far off. */
  readonly spikes?: { readonly perDay: number }
  /** A sensor gives NaN for a number of readings. */
  readonly nan?: { readonly perDay: number; readonly readings: Range }
}

/** What happens to readings on their way, ten at a time, as rates from 0 to 1 of the tens; together at most 1. */
export interface Delivery {
  /** Never delivered. */
  readonly missing?: number
  /** Delivered twice. */
  readonly duplicates?: number
  /** Delivered after the ten that follow. */
  readonly outOfOrder?: number
  /** Delivered one to five minutes after their place, as by a gateway that was cut off. */
  readonly late?: number
}

/** What happens to the pumps, apart from their daily duty, and to their readings. */
export interface Scenario {
  readonly name: string
  readonly faults: Faults
  readonly delivery: Delivery
}

/** The scenarios by name. */
export const scenarios = {
  /** A working pump whose discharge becomes blocked about three times a day for one to ten minutes. */
  default: { name: 'default', faults: { blockedDischarge: { perDay: 3, seconds: [60, 600] } }, delivery: {} },
  /** Nothing goes wrong. */
  healthy: { name: 'healthy', faults: {}, delivery: {} },
  /**
   * Pumps and sensors fail now and then; deliveries are missing and out of order as often as the batches of ten of the Time
   * Series Benchmark Suite (timescale/tsbs, pkg/data/usecases/iot/batch_config.go).
   */
  busy: {
    name: 'busy',
    faults: {
      blockedDischarge: { perDay: 6, seconds: [60, 600] },
      cavitation: { perDay: 4, seconds: [120, 900] },
      dryRun: { perDay: 1, seconds: [30, 180] },
      wornImpeller: { days: [8, 20], headLoss: 0.06 },
      stuckSensor: { perDay: 2, seconds: [60, 1800] },
      spikes: { perDay: 24 },
    },
    delivery: { missing: 0.01, duplicates: 0.005, outOfOrder: 0.05, late: 0.002 },
  },
  /** Everything goes wrong, often. */
  nightmare: {
    name: 'nightmare',
    faults: {
      blockedDischarge: { perDay: 18, seconds: [30, 600] },
      cavitation: { perDay: 12, seconds: [60, 900] },
      dryRun: { perDay: 6, seconds: [20, 300] },
      chatter: { perDay: 8, seconds: [120, 900] },
      wornImpeller: { days: [2, 5], headLoss: 0.1 },
      stuckSensor: { perDay: 12, seconds: [30, 1800] },
      spikes: { perDay: 500 },
      nan: { perDay: 200, readings: [1, 20] },
    },
    delivery: { missing: 0.03, duplicates: 0.03, outOfOrder: 0.15, late: 0.02 },
  },
} as const satisfies Record<string, Scenario>
