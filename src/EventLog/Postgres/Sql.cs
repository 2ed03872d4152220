using System.Reflection;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>The statements under <c>Sql/</c>, by path without extension; read once.</summary>
internal static class Sql
{
    public static readonly string Create = Load("Writes/Create");
    public static readonly string Lock = Load("Writes/Lock");
    public static readonly string Admit = Load("Writes/Admit");
    public static readonly string Judge = Load("Writes/Judge");
    public static readonly string WriteEvents = Load("Writes/WriteEvents");
    public static readonly string EnterSteps = Load("Writes/EnterSteps");
    public static readonly string StartLoops = Load("Writes/StartLoops");
    public static readonly string AdvanceLoops = Load("Writes/AdvanceLoops");
    public static readonly string CountReports = Load("Writes/CountReports");
    public static readonly string EndReported = Load("Writes/EndReported");
    public static readonly string WaitReported = Load("Writes/WaitReported");
    public static readonly string StoreResults = Load("Writes/StoreResults");
    public static readonly string EndWork = Load("Writes/EndWork");
    public static readonly string ChangeWork = Load("Writes/ChangeWork");
    public static readonly string OpenWork = Load("Writes/OpenWork");
    public static readonly string CloseWork = Load("Writes/CloseWork");
    public static readonly string StoreElements = Load("Writes/StoreElements");
    public static readonly string CopyElements = Load("Writes/CopyElements");
    public static readonly string Claim = Load("Writes/Claim");
    public static readonly string HoldExecution = Load("Writes/HoldExecution");
    public static readonly string ReleaseExecution = Load("Writes/ReleaseExecution");
    public static readonly string SaveAllowance = Load("Writes/SaveAllowance");
    public static readonly string SaveProgress = Load("Writes/SaveProgress");
    public static readonly string StoreCallResults = Load("Writes/StoreCallResults");
    public static readonly string StoreCarried = Load("Writes/StoreCarried");
    public static readonly string CopyCarried = Load("Writes/CopyCarried");
    public static readonly string StartPools = Load("Writes/StartPools");
    public static readonly string EndPools = Load("Writes/EndPools");
    public static readonly string ReadLedger = Load("Writes/ReadLedger");
    public static readonly string CountEvents = Load("Writes/CountEvents");
    public static readonly string CopyEvents = Load("Writes/CopyEvents");
    public static readonly string EnterBatch = Load("Writes/EnterBatch");
    public static readonly string SaveLedger = Load("Writes/SaveLedger");
    public static readonly string StoreLeasedResults = Load("Writes/StoreLeasedResults");
    public static readonly string ReadAggregates = Load("Writes/ReadAggregates");
    public static readonly string SaveAggregates = Load("Writes/SaveAggregates");
    public static readonly string InheritAggregates = Load("Writes/InheritAggregates");
    public static readonly string StoreSamples = Load("Writes/StoreSamples");
    public static readonly string CutSamples = Load("Writes/CutSamples");
    public static readonly string RecordJobs = Load("Writes/RecordJobs");
    public static readonly string ReadRunner = Load("Reads/ReadRunner");
    public static readonly string Snapshot = Load("Reads/Snapshot");
    public static readonly string Header = Load("Reads/Header");
    public static readonly string HeaderByUid = Load("Reads/HeaderByUid");
    public static readonly string OpenExecutions = Load("Reads/OpenExecutions");
    public static readonly string Children = Load("Reads/Children");
    public static readonly string Executions = Load("Reads/Executions");
    public static readonly string Iterations = Load("Reads/Iterations");
    public static readonly string FailedIterations = Load("Reads/FailedIterations");
    public static readonly string Ledger = Load("Reads/Ledger");
    public static readonly string ElementIndex = Load("Reads/ElementIndex");
    public static readonly string PageNewest = Load("Reads/PageNewest");
    public static readonly string PageSince = Load("Reads/PageSince");
    public static readonly string PageNewestOfType = Load("Reads/PageNewestOfType");
    public static readonly string PageSinceOfType = Load("Reads/PageSinceOfType");
    public static readonly string Outcomes = Load("Reads/Outcomes");
    public static readonly string Aggregates = Load("Reads/Aggregates");
    public static readonly string Element = Load("Reads/Element");
    public static readonly string Succeeded = Load("Reads/Succeeded");
    public static readonly string Result = Load("Reads/Result");
    public static readonly string Playbook = Load("Reads/Playbook");
    public static readonly string Job = Load("Reads/Job");
    public static readonly string Expired = Load("Retention/Expired");
    public static readonly string DeleteEvents = Load("Retention/DeleteEvents");
    public static readonly string DeleteElements = Load("Retention/DeleteElements");
    public static readonly string DeleteResults = Load("Retention/DeleteResults");
    public static readonly string DeleteCarried = Load("Retention/DeleteCarried");
    public static readonly string DeleteSamples = Load("Retention/DeleteSamples");
    public static readonly string DeleteJobs = Load("Retention/DeleteJobs");
    public static readonly string DeleteExecution = Load("Retention/DeleteExecution");
    public static readonly string Partitions = Load("Retention/Partitions");
    public static readonly string HasExecutions = Load("Retention/HasExecutions");
    public static readonly string Notify = Load("Wakes/Notify");
    public static readonly string Listen = Load("Wakes/Listen");
    public static readonly string OpenHeads = Load("Wakes/OpenHeads");
    public static readonly string SchemaLock = Load("Schema/Lock");
    public static readonly string WaitForMigration = Load("Schema/WaitForMigration");
    public static readonly string WaitForPartition = Load("Schema/WaitForPartition");
    public static readonly string CreateMigrationTable = Load("Schema/CreateMigrationTable");
    public static readonly string ReadMigrations = Load("Schema/ReadMigrations");
    public static readonly string RecordMigration = Load("Schema/RecordMigration");
    public static readonly string ReadIdentity = Load("Schema/ReadIdentity");

    public static readonly string ReadSessionKey = Load("Schema/ReadSessionKey");
    public static readonly string ReadMissingTables = Load("Schema/ReadMissingTables");

    /// <summary>The migrations in order of their numbers.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        .. Resources.GetManifestResourceNames()
            .Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Migration.Parse(name["Migrations/".Length..], Load(name))),
    ];

    private static Assembly Resources => typeof(Sql).Assembly;

    private static string Load(string name)
    {
        using var stream = Resources.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The statement {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd();
    }
}
