/// The script of a job array that makes one run a task.
///
/// A task whose run was warned of the end of its time, and then wrote a checkpoint, is queued again and goes on; so is, by Slurm itself,
/// one whose node fails or that is preempted. One that is cancelled is not. A run that does not get one checkpoint further within its time
/// fails, as it would be queued for ever. The runs' keys stand in the script, of which Slurm keeps a copy: a task needs nothing of the
/// folder that its submission could lose.
struct SlurmScript {
  let options: SlurmOptions
  /// The runs, a task each.
  let keys: [String]
  /// How many cores, which are threads, each gets.
  let threads: Int
  /// The path of `gnomon`.
  let executable: String
  /// The study's folder.
  let folder: String

  /// The longest that Slurm takes unless it is told otherwise, `max_script_size`, less some room.
  static let longest = 3_000_000

  private var header: String {
    var lines = [
      "--nodes=1 --ntasks=1 --cpus-per-task=\(threads)",
      "--requeue --open-mode=append --signal=B:USR1@\(options.warningSeconds)",
    ]
    if let partition = options.partition { lines.append("--partition=\(partition)") }
    if let time = options.time { lines.append("--time=\(time.text)") }
    if options.gpusPerRun > 0 { lines.append("--gres=gpu:\(options.gpusPerRun)") }
    return (lines + options.lines).map { "#SBATCH \($0)" }.joined(separator: "\n")
  }

  /// What `sbatch` takes.
  var text: String {
    """
    #!/bin/sh
    \(header)
    unset GNOMON_PARENT
    key=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" << 'RUNS'
    \(keys.joined(separator: "\n"))
    RUNS
    )
    study=\(folder.quotedForShell)
    run=$study/runs/$key
    log=$study/logs/$key.txt
    [ -n "$key" ] || exit 1
    [ ! -e "$run/summary.json" ] || exit 0
    reached() { ls "$run/checkpoints" 2> /dev/null | tail -n 1; }
    before=$(reached)
    \(executable.quotedForShell) train --quiet --continue --config "$study/configs/$key.yaml" --output "$run" \\
      > /dev/null 2> "$log" &
    train=$!
    trap 'signalled=yes warned=yes; kill -USR1 $train' USR1
    trap 'signalled=yes; kill -TERM $train' TERM
    wait $train
    code=$?
    # A signal to this script ends the wait, not the run.
    while [ $code -gt 128 ] && [ -n "$signalled" ]; do
      signalled=
      wait $train
      code=$?
    done
    [ $code -ne 0 ] || exit 0
    if [ -z "$warned" ]; then
      [ $code -le 128 ] || echo "gnomon: error: killed by signal $((code - 128))" >> "$log"
      exit $code
    fi
    if [ "$(reached)" = "$before" ]; then
      echo "gnomon: error: the time of its job is too short for one step, or for measuring" >> "$log"
      exit 1
    fi
    until scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; do sleep 5; done
    exit $code

    """
  }
}

extension String {
  /// One word of a shell's command. By scalars: a quote and a combining mark are one character.
  var quotedForShell: String {
    "'" + unicodeScalars.map { $0 == "'" ? "'\\''" : "\($0)" }.joined() + "'"
  }
}
