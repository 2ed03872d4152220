namespace PlaybookOperator.Core.Executions.Deciding;

/// <summary>Tells in the log that loops are narrower than the playbook says because memory is short, and when they no longer are.</summary>
internal static class PressureRules
{
    public const string MemoryPressure = "MemoryPressure";

    public static void Tell(Draft draft)
    {
        var isNarrow = draft.Observed.Allowance.Halvings > 0;
        if (isNarrow == draft.State.Degraded || draft.State.Phase is not (ExecutionPhase.Running or ExecutionPhase.Suspended)) return;
        if (!isNarrow) draft.Append(EventType.ExecutionRecovered);
        else draft.Append(EventType.ExecutionDegraded, context: JsonText.Object(writer => writer.WriteString("reason", MemoryPressure)));
    }
}
