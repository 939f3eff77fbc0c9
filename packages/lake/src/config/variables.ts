/** Variables of the environment or of a .env file. */
export type Variables = Readonly<Record<string, string | undefined>>
