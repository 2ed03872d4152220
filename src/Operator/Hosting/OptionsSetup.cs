using Microsoft.Extensions.Options;
using PlaybookOperator.EventLog;
using PlaybookOperator.EventLog.Postgres;
using PlaybookOperator.Operator.Api;
using PlaybookOperator.Operator.Executions;
using PlaybookOperator.Operator.Reviews;
using PlaybookOperator.Operator.Workers;
using PlaybookOperator.Operator.Workers.Containers;

namespace PlaybookOperator.Operator.Hosting;

/// <summary>
/// Binds the options: from the command line (<c>--Workers:Image=…</c>) and from variables with the prefix <c>PLAYBOOK_</c>
/// (<c>PLAYBOOK_WORKERS__IMAGE</c>). Wrong ones end the start with a sentence each.
/// </summary>
internal static class OptionsSetup
{
    public const string EnvironmentPrefix = "PLAYBOOK_";

    public static void AddOperatorOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(Checked(configuration.GetSection(ApiOptions.Section).Get<ApiOptions>() ?? new(), ApiOptions.Section, new ApiOptionsValidator()));
        services.AddSingleton(Checked(configuration.GetSection(WorkerOptions.Section).Get<WorkerOptions>() ?? new(), WorkerOptions.Section, new WorkerOptionsValidator()));
        services.AddSingleton(Checked(
            configuration.GetSection(ContainerOptions.Section).Get<ContainerOptions>() ?? new(), ContainerOptions.Section, new ContainerOptionsValidator()));
        services.AddSingleton(Checked(
            configuration.GetSection(KubernetesOptions.Section).Get<KubernetesOptions>() ?? new(), KubernetesOptions.Section, new KubernetesOptionsValidator()));
        services.AddSingleton(Checked(
            configuration.GetSection(LeaderElectionOptions.Section).Get<LeaderElectionOptions>() ?? new(), LeaderElectionOptions.Section, new LeaderElectionOptionsValidator()));
        services.AddSingleton(Checked(
            configuration.GetSection(ReconcileOptions.Section).Get<ReconcileOptions>() ?? new(), ReconcileOptions.Section, new ReconcileOptionsValidator()));
        services.AddSingleton(Checked(
            configuration.GetSection(CachesOptions.Section).Get<CachesOptions>() ?? new(), CachesOptions.Section, new CachesOptionsValidator()));
        services.AddSingleton(Checked(configuration.GetSection(ReviewOptions.Section).Get<ReviewOptions>() ?? new(), ReviewOptions.Section, new ReviewOptionsValidator()));
        services.AddSingleton(Checked(configuration.GetSection(LimitsOptions.Section).Get<LimitsOptions>() ?? new(), LimitsOptions.Section, new LimitsOptionsValidator()));
        var database = configuration.GetSection("Database").Get<EventLogOptions>() ?? new();
        var problems = database.Problems().ToList();
        if (DatabasePools.Problem(database.ConnectionString) is { } unreadable) problems.Add(unreadable);
        if (problems.Count > 0) throw new OptionsValidationException("Database", typeof(EventLogOptions), problems.Select(problem => $"Database:{problem}"));
        services.AddSingleton(database);
    }

    private static T Checked<T>(T options, string section, IValidateOptions<T> validator)
        where T : class
    {
        var result = validator.Validate(section, options);
        return result.Failed ? throw new OptionsValidationException(section, typeof(T), result.Failures) : options;
    }
}

[OptionsValidator]
internal sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;

[OptionsValidator]
internal sealed partial class WorkerOptionsValidator : IValidateOptions<WorkerOptions>;

[OptionsValidator]
internal sealed partial class ContainerOptionsValidator : IValidateOptions<ContainerOptions>;

[OptionsValidator]
internal sealed partial class KubernetesOptionsValidator : IValidateOptions<KubernetesOptions>;

[OptionsValidator]
internal sealed partial class LeaderElectionOptionsValidator : IValidateOptions<LeaderElectionOptions>;

[OptionsValidator]
internal sealed partial class CachesOptionsValidator : IValidateOptions<CachesOptions>;

[OptionsValidator]
internal sealed partial class ReconcileOptionsValidator : IValidateOptions<ReconcileOptions>;

[OptionsValidator]
internal sealed partial class LimitsOptionsValidator : IValidateOptions<LimitsOptions>;

[OptionsValidator]
internal sealed partial class ReviewOptionsValidator : IValidateOptions<ReviewOptions>;
