import type { LakeProfile, Table } from '@minilake/schema'

/** Whether a lake keeps a table in Iceberg. In the embedded profile every table is one of files, whatever its format. */
export function isIceberg({ profile }: { readonly profile?: LakeProfile }, table: Table): boolean {
  return profile === 'stack' && table.format === 'iceberg'
}

/** Says why the data files of an Iceberg table are not listed, and what shows them. */
export function filesOfIceberg({ name }: Table): string {
  return `table ${name} is an Iceberg table, whose data files Trino manages: minilake status --profile stack counts them, and SELECT * FROM hive.iot_dw."${name}$files" lists them`
}

/** Says why the files of an Iceberg table are not rewritten, and what to do instead. */
export function rewriteOfIceberg({ name }: Table): string {
  return `table ${name} is an Iceberg table, whose files need no rewriting: minilake catalog adds new columns; for any other change, write its rows to a new table`
}
