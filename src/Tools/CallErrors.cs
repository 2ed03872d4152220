using System.Globalization;
using PlaybookOperator.Core.Templates;
using PlaybookOperator.Core.Work;

namespace PlaybookOperator.Tools;

/// <summary>Errors that several tools give.</summary>
internal static class CallErrors
{
    public static WorkError Configuration(string field, string message) => new(WorkErrorKind.Configuration, $"{field}: {message}");

    public static WorkError Template(TemplateError error) => new(WorkErrorKind.Template, error.ToString());

    /// <summary>A timeout counts as a network error: it is retried unless the playbook says otherwise.</summary>
    public static WorkError Timeout(string what, TimeSpan limit) =>
        new(WorkErrorKind.Timeout, $"{what} took longer than {limit.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s.", Retryable: true);
}
