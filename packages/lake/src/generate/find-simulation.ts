import { isDeepStrictEqual } from 'node:util'
import { type SimulatedTable, simulatedTables } from '@minilake/generator'
import type { Table } from '@minilake/schema'

/** The simulation of a table, found by its definition, whatever its format; undefined when the table has none. */
export function findSimulation({ format: _, ...table }: Table): SimulatedTable | undefined {
  // By content: a config file may have loaded its own copy of the definition.
  return Object.values(simulatedTables).find((simulated) => isDeepStrictEqual(simulated, table))
}
