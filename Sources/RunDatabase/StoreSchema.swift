internal import GRDB

/// The tables of the store, as migrations: a change of them is a new migration at the end, never a
/// change of one that exists. Docs/Store.md says what the columns mean.
enum StoreSchema {
  /// Marks the file as a store of runs: "GNOM" in SQLite's header.
  static let applicationID = 0x474E_4F4D

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: runs, figures, studies") { database in
      try database.execute(sql: "PRAGMA application_id = \(applicationID)")
      try database.execute(sql: studies)
      try database.execute(sql: runs)
      try database.execute(sql: figures)
    }
    migrator.registerMigration("2: primary claims, kinds of intervals") { database in
      try database.execute(sql: primaryClaims)
    }
    migrator.registerMigration("3: notes and tags") { database in
      try database.execute(sql: notes)
    }
    return migrator
  }

  private static let studies = """
    CREATE TABLE studies (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      question TEXT,
      is_quick INTEGER,
      schema INTEGER NOT NULL,
      record TEXT
    ) STRICT;

    CREATE TABLE axes (
      study_id INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
      position INTEGER NOT NULL,
      key TEXT NOT NULL,
      "values" TEXT NOT NULL,
      PRIMARY KEY (study_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE claims (
      study_id INTEGER NOT NULL REFERENCES studies ON DELETE CASCADE,
      id TEXT NOT NULL,
      position INTEGER NOT NULL,
      statement TEXT NOT NULL,
      statistic TEXT NOT NULL,
      axis TEXT,
      direction INTEGER NOT NULL,
      verdict TEXT NOT NULL,
      effect REAL,
      lower REAL,
      upper REAL,
      p REAL,
      corrected_p REAL,
      seeds TEXT NOT NULL,
      effects TEXT NOT NULL,
      note TEXT,
      PRIMARY KEY (study_id, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE claim_points (
      study_id INTEGER NOT NULL,
      claim_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      run TEXT NOT NULL,
      seed INTEGER NOT NULL,
      setting TEXT NOT NULL,
      value REAL NOT NULL,
      series TEXT,
      PRIMARY KEY (study_id, claim_id, position),
      FOREIGN KEY (study_id, claim_id) REFERENCES claims ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    """

  // What the words of schema 1 become is said at `ClaimRecord.readAsOfSchema1()`.
  private static let primaryClaims = """
    ALTER TABLE claims ADD COLUMN is_primary INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE claims ADD COLUMN interval_method TEXT;
    ALTER TABLE claims ADD COLUMN interval_level REAL;
    UPDATE claims SET verdict = 'supported, uncorrected'
      WHERE verdict = 'supported' AND ifnull(corrected_p, 1) >= 0.05;
    UPDATE claims SET interval_method = 'percentile', interval_level = 0.95
      WHERE lower IS NOT NULL AND upper IS NOT NULL;
    """

  // By the run's key, not its row: notes outlive what is made again from the folders.
  private static let notes = """
    CREATE TABLE notes (
      run TEXT NOT NULL PRIMARY KEY,
      note TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE tags (
      run TEXT NOT NULL REFERENCES notes ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (run, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tags_by_tag ON tags (tag, run);
    """

  // Without a study the key is unique among the runs without one: NULLs alone would never collide.
  private static let runs = """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      study_id INTEGER REFERENCES studies ON DELETE CASCADE,
      key TEXT NOT NULL,
      position INTEGER,
      status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'finished', 'failed')),
      failure TEXT,
      name TEXT,
      has_summary INTEGER NOT NULL DEFAULT 0,
      steps INTEGER,
      epochs REAL,
      final_loss REAL,
      wall_seconds REAL,
      views_per_second REAL
    ) STRICT;
    CREATE UNIQUE INDEX runs_by_key ON runs (ifnull(study_id, 0), key);

    CREATE TABLE settings (
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      key TEXT NOT NULL,
      value ANY,
      type TEXT NOT NULL,
      PRIMARY KEY (run_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE configurations (
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      key TEXT NOT NULL,
      value ANY,
      type TEXT NOT NULL,
      PRIMARY KEY (run_id, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX configurations_by_key ON configurations (key, value, run_id);
    """

  private static let figures = """
    CREATE TABLE metrics (
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      step INTEGER NOT NULL,
      epoch REAL NOT NULL,
      loss REAL,
      learning_rate REAL,
      views_per_second REAL,
      contrastive_top1 REAL,
      mean_positive_cosine REAL,
      mean_negative_cosine REAL,
      softmax_entropy REAL,
      extra TEXT,
      PRIMARY KEY (run_id, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE layers (
      run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
      step INTEGER NOT NULL,
      layer TEXT NOT NULL,
      epoch REAL NOT NULL,
      n INTEGER NOT NULL,
      dimension INTEGER NOT NULL,
      conventions TEXT,
      PRIMARY KEY (run_id, step, layer)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE layer_figures (
      run_id INTEGER NOT NULL,
      step INTEGER NOT NULL,
      layer TEXT NOT NULL,
      key TEXT NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (run_id, step, layer, key),
      FOREIGN KEY (run_id, step, layer) REFERENCES layers ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX layer_figures_by_key ON layer_figures (key, layer, run_id, step, value);

    CREATE TABLE spectra (
      run_id INTEGER NOT NULL,
      step INTEGER NOT NULL,
      layer TEXT NOT NULL,
      "values" TEXT NOT NULL,
      PRIMARY KEY (run_id, step, layer),
      FOREIGN KEY (run_id, step, layer) REFERENCES layers ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    """
}
