namespace PlaybookOperator.Operator.Controllers;

internal static partial class ControllerLoopLog
{
    [LoggerMessage(4001, LogLevel.Warning, "{Controller} {Key}: {Reason} Trying again in {Delay}.")]
    public static partial void Refused(this ILogger logger, string controller, string key, string reason, TimeSpan delay);

    [LoggerMessage(4002, LogLevel.Error, "{Controller} {Key} failed. Trying again in {Delay}.")]
    public static partial void Failed(this ILogger logger, Exception exception, string controller, string key, TimeSpan delay);
}
