using System.Globalization;
using PlaybookOperator.Core.Executions;
using Spectre.Console;

namespace PlaybookOperator.Cli.Running;

/// <summary>A live bar for each loop, on a terminal; elsewhere nothing is drawn.</summary>
internal static class ProgressBars
{
    /// <summary>Runs <paramref name="work"/>, handing it where to show states.</summary>
    public static async Task<T> ShowAsync<T>(bool draw, Func<Action<ExecutionState>, Task<T>> work)
    {
        if (!draw) return await work(static _ => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bars = new Dictionary<long, ProgressTask>();
                return await work(state => Draw(context, bars, state));
            });
    }

    private static void Draw(ProgressContext context, Dictionary<long, ProgressTask> bars, ExecutionState state)
    {
        foreach (var loop in state.Loops.Values)
        {
            if (!bars.TryGetValue(loop.RunId, out var bar)) bars[loop.RunId] = bar = context.AddTask(Markup.Escape(loop.Step), maxValue: Math.Max(1, loop.Total));
            bar.Description = Markup.Escape(string.Create(
                CultureInfo.InvariantCulture, $"{loop.Step} {loop.Done}/{loop.Total}{(loop.Failed > 0 ? $" ({loop.Failed} failed)" : "")}"));
            bar.Value = loop.Total == 0 ? 1 : loop.Done;
        }
    }
}
