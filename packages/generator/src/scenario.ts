/** A range, both ends included. */
export type Range = readonly [min: number, max: number]

/** A fault that occurs from time to time and lasts for a while. */
export interface Spells {
  /** Mean number a day. */
  readonly perDay: number
  /** Duration of each, shortest and longest, in seconds. */
  readonly seconds: Range
}

/** What goes wrong with the pumps and their sensors. A fault that is left out does not occur. */
export interface Faults {
  /** Something downstream closes: the pressure rises above its limit, the flow falls. */
  readonly blockedDischarge?: Spells
  /** Too little suction head, below NPSH3 (Hydraulic Institute): 5 to 15 % less head, and a rough pressure. */
  readonly cavitation?: Spells
  /** No water comes in: flow and pressure collapse, the speed rises a little. */
  readonly dryRun?: Spells
  /** The pressure hovers around its limit and crosses it again and again. */
  readonly chatter?: Spells
  /** Head is lost slowly over the life of an impeller, in whole `days`, up to the share `headLoss` (0–0.5) when it is replaced. */
  readonly wornImpeller?: { readonly days: Range; readonly headLoss: number }
  /** One sensor repeats the same value for a while. */
  readonly stuckSensor?: Spells
  /** Single readings of one sensor are far off. `perDay` is the mean number a day. */
  readonly spikes?: { readonly perDay: number }
  /** One sensor gives NaN for a number of readings. `perDay` is the mean number of such runs a day. */
  readonly nan?: { readonly perDay: number; readonly readings: Range }
}

/**
 * Delivery faults. Readings are delivered in parcels of ten; each rate, from 0 to 1, is the share of the parcels affected. The rates add up
 * to at most 1.
 */
export interface Delivery {
  /** Never delivered. */
  readonly missing?: number
  /** Delivered twice. */
  readonly duplicates?: number
  /** Delivered after the next parcel. */
  readonly outOfOrder?: number
  /** Delivered one to five minutes late, as by a gateway that lost its connection. */
  readonly late?: number
}

/** What goes wrong with the pumps and with the delivery of their readings. */
export interface Scenario {
  readonly name: string
  readonly faults: Faults
  readonly delivery: Delivery
}

/** The built-in scenarios, by name. */
export const scenarios = {
  /** A healthy pump whose discharge is blocked about three times a day, for one to ten minutes. */
  default: { name: 'default', faults: { blockedDischarge: { perDay: 3, seconds: [60, 600] } }, delivery: {} },
  /** Nothing goes wrong. */
  healthy: { name: 'healthy', faults: {}, delivery: {} },
  /**
   * Pumps and sensors fail now and then. Readings are missing and out of order as often as the batches of ten in the Time Series Benchmark
   * Suite (timescale/tsbs, pkg/data/usecases/iot/batch_config.go).
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
