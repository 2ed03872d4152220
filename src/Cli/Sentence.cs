namespace PlaybookOperator.Cli;

/// <summary>What the command line says of an exception: one sentence, never a stack trace.</summary>
internal static class Sentence
{
    /// <summary>Set to anything, it has the stack trace of what nobody foresaw printed too.</summary>
    public const string TraceVariable = "PLAYBOOK_TRACE";

    /// <summary>With fewer open files than this the runtime itself may be unable to read its own parts.</summary>
    public const int FewestFiles = 128;

    /// <summary>Tells of an exception that ends the process, on standard error where that takes anything, and gives the exit code.</summary>
    public static int Tell(Exception exception)
    {
        var cause = CauseOf(exception);
        try
        {
            Console.Error.WriteLine($"playbook: {Of(cause)}");
#pragma warning disable RS0030 // The only place that reads it, and nothing else may be left to read it with.
            if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 }) Console.Error.WriteLine(exception);
#pragma warning restore RS0030
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // Nobody is left who could be told but by the exit code.
        }

        return cause switch
        {
            UsageException => ExitCodes.Wrong,
            OperationCanceledException => ExitCodes.Cancelled,
            _ => ExitCodes.Failed,
        };
    }

    /// <summary>Why a file or a stream takes nothing, as the system puts it, without the path that it adds.</summary>
    public static string Reason(Exception failure)
    {
        var text = OneLine((failure.InnerException ?? failure).Message);
        var path = text.IndexOf(" : '", StringComparison.Ordinal);
        return (path < 0 ? text : text[..path]).TrimEnd('.');
    }

    private static string Of(Exception cause)
    {
        if (cause is UsageException or OutputException or EventLog.EventLogUnavailableException) return cause.Message;
        if (cause is OperationCanceledException) return "cancelled.";
        if (StandardStreams.MaxOpenFiles() is { } files and < FewestFiles) return TooFewFiles(files);
        return cause is IOException or UnauthorizedAccessException
            ? $"{OneLine(cause.Message).TrimEnd('.')}."
            : $"unexpected {cause.GetType().Name}: {OneLine(cause.Message).TrimEnd('.')}. With {TraceVariable}=1 in the environment the place is printed too.";
    }

    public static string TooFewFiles(long files) => $"only {files} files may be open here (ulimit -n); at least {FewestFiles} are needed.";

    /// <summary>Wrappers say nothing; what they wrap does.</summary>
    private static Exception CauseOf(Exception exception)
    {
        while (exception is AggregateException or TypeInitializationException or TaskSchedulerException or System.Reflection.TargetInvocationException
            && exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
