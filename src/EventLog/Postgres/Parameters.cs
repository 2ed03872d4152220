using Npgsql;
using NpgsqlTypes;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>Typed positional parameters; every one says its database type, so that no plan depends on a guess.</summary>
internal static class Parameters
{
    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    public static NpgsqlParameter Of(long? value) => Nullable(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    public static NpgsqlParameter Of(int? value) => Nullable(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(bool value) => new NpgsqlParameter<bool> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Boolean };

    public static NpgsqlParameter Of(string? value) => Nullable(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Of(DateTimeOffset? value) => Nullable(value?.UtcDateTime, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Of(IReadOnlyCollection<long> values) => Array<long>([.. values], NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(IReadOnlyCollection<long?> values) => Array<long?>([.. values], NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(IReadOnlyCollection<int> values) => Array<int>([.. values], NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(IReadOnlyCollection<int?> values) => Array<int?>([.. values], NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(IReadOnlyCollection<double?> values) => Array<double?>([.. values], NpgsqlDbType.Double);

    public static NpgsqlParameter Of(IReadOnlyCollection<bool> values) => Array<bool>([.. values], NpgsqlDbType.Boolean);

    public static NpgsqlParameter Of(IReadOnlyCollection<bool?> values) => Array<bool?>([.. values], NpgsqlDbType.Boolean);

    public static NpgsqlParameter Of(IReadOnlyCollection<string?> values) => Array<string?>([.. values], NpgsqlDbType.Text);

    public static NpgsqlParameter Of(IReadOnlyCollection<DateTimeOffset?> values) =>
        Array<DateTime?>([.. values.Select(value => value?.UtcDateTime)], NpgsqlDbType.TimestampTz);

    /// <summary>A null array of texts.</summary>
    public static NpgsqlParameter NoTexts() => new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <summary>A null array: unnest then gives nulls beside the other arrays.</summary>
    public static NpgsqlParameter NoIntegers() => new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType of) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | of };

    private static NpgsqlParameter Nullable<T>(T value, NpgsqlDbType type) =>
        new() { Value = value is null ? DBNull.Value : value, NpgsqlDbType = type };
}
