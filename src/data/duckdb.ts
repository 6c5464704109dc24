import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** A database in memory. Close it, or its memory stays until the process ends. */
export interface Database {
  readonly connection: DuckDBConnection;
  close(): void;
}

/**
 * Opens a database in memory.
 *
 * One thread, so that a Parquet file's bytes depend on its rows alone. Extensions are never fetched, so that
 * a file name that looks like a URL is an error and not a request.
 */
export async function openDatabase(): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Gives `use` a connection to a database in memory and closes it afterwards. */
export async function withDatabase<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await use(database.connection);
  } finally {
    database.close();
  }
}

/** Text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column or table name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The path of a file to read, as an SQL literal in which glob signs stand for themselves. */
export function sqlPath(path: string): string {
  return sqlText(path.replace(/[*?[]/g, sign => `[${sign}]`));
}

/** Several files to read, as an SQL list. */
export function sqlPaths(paths: readonly string[]): string {
  return `[${paths.map(sqlPath).join(', ')}]`;
}
