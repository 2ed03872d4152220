namespace PlaybookOperator.Cli;

/// <summary>Where a command writes: the process's own streams, or a caller's.</summary>
/// <param name="Output">What was asked for.</param>
/// <param name="Text">The same, for text.</param>
/// <param name="Errors">Problems, and progress.</param>
/// <param name="Draws">Whether somebody looks at <paramref name="Errors"/>: progress bars are drawn there.</param>
internal sealed record Terminal(Stream Output, TextWriter Text, TextWriter Errors, bool Draws)
{
    public static Terminal OfProcess() => new(new StandardOutput(), Console.Out, Console.Error, !Console.IsErrorRedirected);
}
