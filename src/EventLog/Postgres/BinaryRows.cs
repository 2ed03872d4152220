using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace PlaybookOperator.EventLog.Postgres;

/// <summary>
/// Rows in the binary format of COPY, in memory: a signature, then each row as the number of its fields and each field as its length and bytes, all
/// numbers in network order. Format: PostgreSQL's documentation of COPY, "Binary Format"; fields are as the types' send functions write them.
/// </summary>
/// <remarks>For many small rows: Npgsql's own importer awaits each field.</remarks>
internal sealed class BinaryRows
{
    /// <summary>What a <c>jsonb</c> field begins with.</summary>
    private const byte JsonbVersion = 1;

    private static readonly long s_epochTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private readonly ArrayBufferWriter<byte> _rows;

    /// <param name="capacity">Bytes to begin with.</param>
    public BinaryRows(int capacity)
    {
        _rows = new ArrayBufferWriter<byte>(Math.Max(capacity, 64));
        _rows.Write("PGCOPY\n"u8);
        // The rest of the signature, no flags, no extension of the header.
        _rows.Write((ReadOnlySpan<byte>)[0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    /// <summary>What has been written since <see cref="Clear"/>; valid until then.</summary>
    public ReadOnlyMemory<byte> Written => _rows.WrittenMemory;

    /// <summary>Begins anew in the same memory, for more rows of the same stream.</summary>
    public void Clear() => _rows.ResetWrittenCount();

    /// <summary>The mark of the end.</summary>
    public void Finish() => WriteInt16(-1);

    public void StartRow(short fields) => WriteInt16(fields);

    public void WriteNull() => WriteInt32(-1);

    public void Write(long? value)
    {
        if (value is not { } known)
        {
            WriteNull();
            return;
        }

        WriteInt32(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_rows.GetSpan(sizeof(long)), known);
        _rows.Advance(sizeof(long));
    }

    public void Write(int? value)
    {
        if (value is not { } known)
        {
            WriteNull();
            return;
        }

        WriteInt32(sizeof(int));
        WriteInt32(known);
    }

    public void Write(double? value) => Write(value is { } known ? BitConverter.DoubleToInt64Bits(known) : null);

    /// <summary>A <c>timestamptz</c>: microseconds since 2000.</summary>
    public void Write(DateTimeOffset value) => Write((value.UtcTicks - s_epochTicks) / TimeSpan.TicksPerMicrosecond);

    public void Write(string? value)
    {
        if (value is null) WriteNull();
        else WriteText(value);
    }

    /// <summary>A <c>jsonb</c>.</summary>
    public void Write(JsonElement? value)
    {
        if (value is not { } known)
        {
            WriteNull();
            return;
        }

        var text = JsonColumn.Write(known);
        WriteInt32(1 + Encoding.UTF8.GetByteCount(text));
        _rows.Write((ReadOnlySpan<byte>)[JsonbVersion]);
        WriteBytes(text);
    }

    private void WriteText(string value)
    {
        WriteInt32(Encoding.UTF8.GetByteCount(value));
        WriteBytes(value);
    }

    private void WriteBytes(string value) => Encoding.UTF8.GetBytes(value, _rows);

    private void WriteInt16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_rows.GetSpan(sizeof(short)), value);
        _rows.Advance(sizeof(short));
    }

    private void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_rows.GetSpan(sizeof(int)), value);
        _rows.Advance(sizeof(int));
    }
}
