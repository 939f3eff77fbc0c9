import type { LakeProfile, Table } from '@minilake/schema'

/** Whether a lake keeps a table in Iceberg. In the embedded profile every table is one of files, whatever its format. */
export function isIceberg({ profile }: { readonly profile: LakeProfile }, table: Table): boolean {
  return profile === 'stack' && table.format === 'iceberg'
}
